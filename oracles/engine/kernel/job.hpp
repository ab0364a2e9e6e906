// What a runner does for a scenario, and what it saw: messages of bytes, the same for the running kernel and
// for a guest.
//
//   request = header, list of BTF blobs (a list of bytes each), job…      reply = header, list of char: fault,
//   answer… header  = magic u32, version u32, bytes of the whole message u32, number of jobs or answers u32
//   list    = number of elements u32, elements. Everything is little-endian, unaligned, in the order of the
//   fields below.
//
// A reply to a message that is none has a fault and no answers; else there is one answer a job, in their order.
// Jobs refer to maps, programs and BTF blobs by position. Nothing of a job outlives it in the kernel. Compiled
// for hosts and guests: the standard library alone, no host-only headers.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tailbound::engine::kernel {

inline constexpr std::uint32_t request_magic = 0x314a4254;  // "TBJ1"
inline constexpr std::uint32_t reply_magic = 0x31524254;    // "TBR1"
inline constexpr std::uint32_t message_version = 1;
inline constexpr std::size_t message_header_bytes = 16;
inline constexpr std::uint32_t message_limit = 64U << 20;  // bytes
inline constexpr std::uint32_t no_position = UINT32_MAX;

/// Bytes of the whole message that starts with these; 0: it is none. For who reads from a stream.
std::uint32_t message_bytes(std::span<const std::uint8_t, message_header_bytes> header, std::uint32_t magic);

// --- request -------------------------------------------------------------------------------------------------

struct JobSlot {
  std::uint32_t key = 0;
  std::uint32_t program = 0;
};

struct JobMap {
  enum Use : std::uint32_t {
    ledger = 1,     // zeros before each run, but for its first word, which is the run's fuel
    read_back = 2,  // its words are part of what a run shows
  };
  std::uint32_t type = 0;  // BPF_MAP_TYPE_…
  std::uint32_t key_size = 4;
  std::uint32_t value_size = 8;
  std::uint32_t max_entries = 1;
  std::uint32_t flags = 0;  // BPF_F_…; arrays with BPF_F_MMAPABLE are written and read in memory
  std::uint32_t use = 0;
  std::uint32_t btf = no_position;  // of the request's blobs
  std::uint32_t key_type = 0;       // ids in it
  std::uint32_t value_type = 0;
  std::string name;  // cut to what the kernel takes
  std::vector<std::uint64_t>
      words;  // initial values of all entries, each padded to words; empty: as the kernel makes it
  std::vector<JobSlot> slots;  // of a prog_array: set as soon as their program is loaded

  std::uint32_t words_per_entry() const { return (value_size + 7) / 8; }
};

/// struct bpf_func_info and struct bpf_line_info.
struct JobFunction {
  std::uint32_t insn = 0;
  std::uint32_t type_id = 0;
};
struct JobLine {
  std::uint32_t insn = 0;
  std::uint32_t file_name = 0;
  std::uint32_t line = 0;
  std::uint32_t line_col = 0;
};

struct JobProgram {
  std::uint32_t type = 0;  // BPF_PROG_TYPE_…
  std::uint32_t expected_attach_type = 0;
  std::uint32_t flags = 0;          // BPF_F_… of a program
  std::uint32_t btf = no_position;  // of the request's blobs
  std::string name;
  std::vector<std::uint64_t>
      insns;  // struct bpf_insn; loads of BPF_PSEUDO_MAP_FD and _VALUE have a map's position
  std::vector<JobFunction> functions;
  std::vector<JobLine> lines;
};

struct JobStep {
  enum class Kind : std::uint32_t {
    run,  // position: program, value: fuel, key: how often (0 and 1: once), the ledger fresh before the first
    set_slot,     // position: map, key, program
    delete_slot,  // position: map, key; an empty one is no fault. The kernel waits for a grace period: some 12
                  // ms
    write,        // position: map, key: word, value
  };
  Kind kind = Kind::run;
  std::uint32_t position = 0;
  std::uint32_t key = 0;
  std::uint32_t program = 0;
  std::uint64_t value = 0;
};

struct Job {
  enum Want : std::uint32_t {
    log = 1,     // a refused program is loaded again for the end of the verifier's log
    info = 2,    // Answer::verified_insns
    images = 4,  // Answer::images
  };
  std::uint32_t want = log;
  std::vector<JobMap> maps;
  std::vector<JobProgram> programs;
  std::vector<JobStep> steps;
  std::vector<std::uint8_t> packet;  // what programs are run on; empty: 64 zeros
};

// --- reply ---------------------------------------------------------------------------------------------------

/// What the kernel refused. A job ends there; its earlier runs are in the answer.
struct Refusal {
  enum class Stage : std::uint32_t {
    none,
    map,
    content,
    btf,
    program,
    slot,
    run,
    write,
    read,
    image,
    malformed
  };
  Stage stage = Stage::none;
  std::uint32_t position = 0;  // of the map, blob, program or step
  std::uint32_t error = 0;     // errno
  std::string log;             // the end of the verifier's log
};
std::string_view name(Refusal::Stage stage);

struct JobRun {
  std::uint32_t return_value = 0;
  std::uint32_t nanoseconds = 0;     // as the kernel measured one
  std::vector<std::uint64_t> words;  // of all maps that are read back, in their order
};

/// What the kernel made of a program, as bpf_prog_info shows it.
struct JobImage {
  std::vector<std::uint8_t> jited;
  std::vector<std::uint64_t> ksyms;         // address of each function
  std::vector<std::uint32_t> func_lengths;  // bytes of each
  std::vector<std::uint64_t> xlated;
  std::vector<JobFunction> functions;         // by translated instruction
  std::vector<JobLine> lines;                 // by translated instruction
  std::vector<std::uint64_t> line_addresses;  // of each line's machine code
  std::vector<std::uint32_t> map_ids;
};

struct Answer {
  Refusal refusal;
  std::vector<std::uint32_t> verified_insns;  // by program; 0 before Linux 5.16
  std::vector<JobRun> runs;
  std::vector<JobImage> images;  // by program

  bool refused() const { return refusal.stage != Refusal::Stage::none; }
};

// --- as bytes ------------------------------------------------------------------------------------------------

struct Request {
  std::vector<std::vector<std::uint8_t>> btf;
  std::vector<Job> jobs;
};
struct Reply {
  std::string fault;
  std::vector<Answer> answers;
};

/// Append a whole message.
void encode(const Request& request, std::vector<std::uint8_t>& into);
void encode(const Reply& reply, std::vector<std::uint8_t>& into);

/// False: the bytes are no whole message of this version, and `into` is of no use. Buffers are used again. A
/// request's positions are checked: each names a map, program or blob that there is.
bool decode(std::span<const std::uint8_t> bytes, Request& into);
bool decode(std::span<const std::uint8_t> bytes, Reply& into);

}  // namespace tailbound::engine::kernel
