#include "oracles/engine/kernel/job.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "oracles/engine/kernel/bytes.hpp"

namespace tailbound::engine::kernel {

namespace {

struct Header {
  std::uint32_t magic = 0;
  std::uint32_t version = 0;
  std::uint32_t bytes = 0;
  std::uint32_t count = 0;
};
static_assert(sizeof(Header) == message_header_bytes);

/// Room for a header that is filled once the size is known.
std::size_t begin(std::vector<std::uint8_t>& into) {
  const std::size_t at = into.size();
  into.resize(at + sizeof(Header));
  return at;
}
void finish(std::vector<std::uint8_t>& into, std::size_t at, std::uint32_t magic, std::size_t count) {
  const Header header{magic, message_version, static_cast<std::uint32_t>(into.size() - at),
                      static_cast<std::uint32_t>(count)};
  std::memcpy(into.data() + at, &header, sizeof header);
}

/// The number of jobs or answers; the reader is not ok where the header is no such header.
std::size_t read_header(ByteReader& from, std::size_t bytes, std::uint32_t magic) {
  const auto header = from.get<Header>();
  if (header.magic != magic || header.version != message_version || header.bytes != bytes) from.fail();
  return from.ok() ? header.count : 0;
}

// One function a type, for both directions each: the order of the fields stands side by side.

void put(ByteWriter& to, const JobMap& map) {
  to.put(std::array{map.type, map.key_size, map.value_size, map.max_entries, map.flags, map.use});
  to.put_text(map.name);
  to.put_list(map.words);
  to.put_list(map.slots);
}
void get(ByteReader& from, JobMap& map) {
  const auto fields = from.get<std::array<std::uint32_t, 6>>();
  map.type = fields[0];
  map.key_size = fields[1];
  map.value_size = fields[2];
  map.max_entries = fields[3];
  map.flags = fields[4];
  map.use = fields[5];
  map.name = from.get_text();
  from.get_list(map.words);
  from.get_list(map.slots);
}

void put(ByteWriter& to, const JobProgram& program) {
  to.put(std::array{program.type, program.expected_attach_type, program.flags, program.btf});
  to.put_text(program.name);
  to.put_list(program.insns);
  to.put_list(program.functions);
  to.put_list(program.lines);
}
void get(ByteReader& from, JobProgram& program) {
  const auto fields = from.get<std::array<std::uint32_t, 4>>();
  program.type = fields[0];
  program.expected_attach_type = fields[1];
  program.flags = fields[2];
  program.btf = fields[3];
  program.name = from.get_text();
  from.get_list(program.insns);
  from.get_list(program.functions);
  from.get_list(program.lines);
}

void put(ByteWriter& to, const Refusal& refusal) {
  to.put(std::array{static_cast<std::uint32_t>(refusal.stage), refusal.position, refusal.error});
  to.put_text(refusal.log);
}
void get(ByteReader& from, Refusal& refusal) {
  const auto fields = from.get<std::array<std::uint32_t, 3>>();
  if (fields[0] > static_cast<std::uint32_t>(Refusal::Stage::malformed)) from.fail();
  refusal.stage = static_cast<Refusal::Stage>(fields[0]);
  refusal.position = fields[1];
  refusal.error = fields[2];
  refusal.log = from.get_text();
}

void put(ByteWriter& to, const JobRun& run) {
  to.put(std::array{run.return_value, run.nanoseconds});
  to.put_list(run.words);
}
void get(ByteReader& from, JobRun& run) {
  const auto fields = from.get<std::array<std::uint32_t, 2>>();
  run.return_value = fields[0];
  run.nanoseconds = fields[1];
  from.get_list(run.words);
}

void put(ByteWriter& to, const JobImage& image) {
  to.put_list(image.jited);
  to.put_list(image.ksyms);
  to.put_list(image.func_lengths);
  to.put_list(image.xlated);
  to.put_list(image.functions);
  to.put_list(image.lines);
  to.put_list(image.line_addresses);
  to.put_list(image.map_ids);
}
void get(ByteReader& from, JobImage& image) {
  from.get_list(image.jited);
  from.get_list(image.ksyms);
  from.get_list(image.func_lengths);
  from.get_list(image.xlated);
  from.get_list(image.functions);
  from.get_list(image.lines);
  from.get_list(image.line_addresses);
  from.get_list(image.map_ids);
}

template <class T>
void put_each(ByteWriter& to, const std::vector<T>& list) {
  to.put(static_cast<std::uint32_t>(list.size()));
  for (const T& element : list) put(to, element);
}
template <class T>
void get_each(ByteReader& from, std::vector<T>& list) {
  list.resize(from.get_count(sizeof(std::uint32_t)));
  for (T& element : list) get(from, element);
}

void put(ByteWriter& to, const Job& job) {
  to.put(job.want);
  put_each(to, job.maps);
  put_each(to, job.programs);
  to.put_list(job.steps);
  to.put_list(job.packet);
}
void get(ByteReader& from, Job& job) {
  job.want = from.get<std::uint32_t>();
  get_each(from, job.maps);
  get_each(from, job.programs);
  from.get_list(job.steps);
  from.get_list(job.packet);
}

void put(ByteWriter& to, const Answer& answer) {
  put(to, answer.refusal);
  to.put_list(answer.verified_insns);
  put_each(to, answer.runs);
  put_each(to, answer.images);
}
void get(ByteReader& from, Answer& answer) {
  get(from, answer.refusal);
  from.get_list(answer.verified_insns);
  get_each(from, answer.runs);
  get_each(from, answer.images);
}

/// The count comes from the header: nothing is made for what is not there.
template <class T>
void read_each(ByteReader& from, std::vector<T>& list, std::size_t count) {
  for (std::size_t i = 0; i < count && from.ok(); ++i) {
    if (list.size() == i) list.emplace_back();
    get(from, list[i]);
  }
  list.resize(std::min(count, list.size()));
}

bool steps_fit(const Job& job) {
  return std::ranges::all_of(job.steps, [&](const JobStep& step) {
    switch (step.kind) {
      case JobStep::Kind::run: return step.position < job.programs.size();
      case JobStep::Kind::set_slot:
        return step.position < job.maps.size() && step.program < job.programs.size();
      case JobStep::Kind::delete_slot:
      case JobStep::Kind::write: return step.position < job.maps.size();
    }
    return false;
  });
}

bool fits(const Job& job, std::size_t blobs) {
  const auto slot_fits = [&](const JobSlot& slot) { return slot.program < job.programs.size(); };
  const auto map_fits = [&](const JobMap& map) { return std::ranges::all_of(map.slots, slot_fits); };
  const auto program_fits = [&](const JobProgram& program) {
    return program.btf == no_position || program.btf < blobs;
  };
  return std::ranges::all_of(job.maps, map_fits) && std::ranges::all_of(job.programs, program_fits) &&
         steps_fit(job);
}

}  // namespace

std::uint32_t message_bytes(std::span<const std::uint8_t, message_header_bytes> header, std::uint32_t magic) {
  Header read;
  std::memcpy(&read, header.data(), sizeof read);
  const bool one = read.magic == magic && read.version == message_version && read.bytes >= sizeof read &&
                   read.bytes <= message_limit;
  return one ? read.bytes : 0;
}

std::string_view name(Refusal::Stage stage) {
  switch (stage) {
    case Refusal::Stage::none: return "nothing";
    case Refusal::Stage::map: return "map";
    case Refusal::Stage::content: return "content of map";
    case Refusal::Stage::btf: return "BTF";
    case Refusal::Stage::program: return "program";
    case Refusal::Stage::slot: return "slot of map";
    case Refusal::Stage::run: return "run, step";
    case Refusal::Stage::write: return "write, step";
    case Refusal::Stage::read: return "reading map";
    case Refusal::Stage::image: return "image of program";
    case Refusal::Stage::malformed: return "reference in program";
  }
  return "?";
}

void encode(const Request& request, std::vector<std::uint8_t>& into) {
  const std::size_t at = begin(into);
  ByteWriter to(into);
  to.put(static_cast<std::uint32_t>(request.btf.size()));
  for (const auto& blob : request.btf) to.put_list(blob);
  for (const Job& job : request.jobs) put(to, job);
  finish(into, at, request_magic, request.jobs.size());
}

void encode(const Reply& reply, std::vector<std::uint8_t>& into) {
  const std::size_t at = begin(into);
  ByteWriter to(into);
  to.put_text(reply.fault);
  for (const Answer& answer : reply.answers) put(to, answer);
  finish(into, at, reply_magic, reply.answers.size());
}

bool decode(std::span<const std::uint8_t> bytes, Request& into) {
  ByteReader from(bytes);
  const std::size_t jobs = read_header(from, bytes.size(), request_magic);
  into.btf.resize(from.get_count(sizeof(std::uint32_t)));
  for (auto& blob : into.btf) from.get_list(blob);
  read_each(from, into.jobs, jobs);
  return from.ok() && from.at_end() &&
         std::ranges::all_of(into.jobs, [&](const Job& job) { return fits(job, into.btf.size()); });
}

bool decode(std::span<const std::uint8_t> bytes, Reply& into) {
  ByteReader from(bytes);
  const std::size_t answers = read_header(from, bytes.size(), reply_magic);
  into.fault = from.get_text();
  read_each(from, into.answers, answers);
  return from.ok() && from.at_end();
}

}  // namespace tailbound::engine::kernel
