#include "oracles/engine/kernel/syscall.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

namespace tailbound::engine::kernel {

namespace {

// The kernel refuses what it does not know and is not zero, padding included.
union bpf_attr zeroed() {
  union bpf_attr attributes;
  std::memset(&attributes, 0, sizeof attributes);
  return attributes;
}

std::uint64_t address(const void* of) { return reinterpret_cast<std::uintptr_t>(of); }

/// Letters, digits, '_' and '.', at most 15 of them: what bpf_obj_name_cpy takes.
void put_name(char (&into)[BPF_OBJ_NAME_LEN], std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.';
  };
  const std::size_t length = std::min<std::size_t>(name.size(), BPF_OBJ_NAME_LEN - 1);
  for (std::size_t i = 0; i < length; ++i) into[i] = allowed(name[i]) ? name[i] : '_';
}

/// The verifier gives up with EAGAIN when a signal is pending (kernel/bpf/verifier.c, do_check): that says
/// nothing about the program. Signals are handled on the way out, so that a few attempts are enough.
int load_until_verified(union bpf_attr& attributes) {
  int loaded = -1;
  for (int attempt = 0; attempt < 5; ++attempt) {
    loaded = bpf_call(BPF_PROG_LOAD, attributes);
    if (loaded >= 0 || errno != EAGAIN) break;
  }
  return loaded;
}

}  // namespace

int bpf_call(enum bpf_cmd command, union bpf_attr& attributes) {
  return static_cast<int>(::syscall(SYS_bpf, command, &attributes, sizeof attributes));
}

Fd create_map(const JobMap& map, int btf) {
  union bpf_attr attributes = zeroed();
  attributes.map_type = map.type;
  attributes.key_size = map.key_size;
  attributes.value_size = map.value_size;
  attributes.max_entries = map.max_entries;
  attributes.map_flags = map.flags;
  put_name(attributes.map_name, map.name);
  if (btf >= 0) {
    attributes.btf_fd = static_cast<std::uint32_t>(btf);
    attributes.btf_key_type_id = map.key_type;
    attributes.btf_value_type_id = map.value_type;
  }
  return Fd(bpf_call(BPF_MAP_CREATE, attributes));
}

Fd load_program(const JobProgram& program, std::span<const std::uint64_t> insns, int btf, std::span<char> log) {
  static_assert(sizeof(JobFunction) == sizeof(bpf_func_info));
  static_assert(sizeof(JobLine) == sizeof(bpf_line_info));
  union bpf_attr attributes = zeroed();
  attributes.prog_type = program.type;
  attributes.expected_attach_type = program.expected_attach_type;
  attributes.prog_flags = program.flags;
  attributes.insns = address(insns.data());
  attributes.insn_cnt = static_cast<std::uint32_t>(insns.size());
  attributes.license = address("GPL");
  put_name(attributes.prog_name, program.name);
  if (btf >= 0) {
    attributes.prog_btf_fd = static_cast<std::uint32_t>(btf);
    attributes.func_info = address(program.functions.data());
    attributes.func_info_cnt = static_cast<std::uint32_t>(program.functions.size());
    attributes.func_info_rec_size = sizeof(JobFunction);
    attributes.line_info = address(program.lines.data());
    attributes.line_info_cnt = static_cast<std::uint32_t>(program.lines.size());
    attributes.line_info_rec_size = sizeof(JobLine);
  }
  if (!log.empty()) {
    attributes.log_level = 1;
    attributes.log_buf = address(log.data());
    attributes.log_size = static_cast<std::uint32_t>(log.size());
  }
  return Fd(load_until_verified(attributes));
}

Fd load_btf(std::span<const std::uint8_t> blob) {
  union bpf_attr attributes = zeroed();
  attributes.btf = address(blob.data());
  attributes.btf_size = static_cast<std::uint32_t>(blob.size());
  return Fd(bpf_call(BPF_BTF_LOAD, attributes));
}

bool update_map(int map, const void* key, const void* value) {
  union bpf_attr attributes = zeroed();
  attributes.map_fd = static_cast<std::uint32_t>(map);
  attributes.key = address(key);
  attributes.value = address(value);
  return bpf_call(BPF_MAP_UPDATE_ELEM, attributes) == 0;
}

bool look_up(int map, const void* key, void* value) {
  union bpf_attr attributes = zeroed();
  attributes.map_fd = static_cast<std::uint32_t>(map);
  attributes.key = address(key);
  attributes.value = address(value);
  return bpf_call(BPF_MAP_LOOKUP_ELEM, attributes) == 0;
}

bool delete_key(int map, const void* key) {
  union bpf_attr attributes = zeroed();
  attributes.map_fd = static_cast<std::uint32_t>(map);
  attributes.key = address(key);
  return bpf_call(BPF_MAP_DELETE_ELEM, attributes) == 0;
}

bool test_run(int program, std::span<const std::uint8_t> packet, std::uint32_t repeat, TestRun& seen) {
  union bpf_attr attributes = zeroed();
  attributes.test.prog_fd = static_cast<std::uint32_t>(program);
  attributes.test.data_in = address(packet.data());
  attributes.test.data_size_in = static_cast<std::uint32_t>(packet.size());
  attributes.test.repeat = repeat;
  if (bpf_call(BPF_PROG_TEST_RUN, attributes) != 0) return false;
  seen = {attributes.test.retval, attributes.test.duration};
  return true;
}

}  // namespace tailbound::engine::kernel
