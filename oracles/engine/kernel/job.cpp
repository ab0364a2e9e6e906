#include "oracles/engine/kernel/job.hpp"

#include <algorithm>
#include <concepts>
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

// The fields of each type in their order, once for both directions: `io` writes or reads what it is given.

template <class T, class Of>
concept Like = std::same_as<std::remove_const_t<T>, Of>;

void fields(auto& io, Like<JobMap> auto& map) {
  io(map.type, map.key_size, map.value_size, map.max_entries, map.flags, map.use, map.btf, map.key_type,
     map.value_type, map.name, map.words, map.slots);
}
void fields(auto& io, Like<JobProgram> auto& program) {
  io(program.type, program.expected_attach_type, program.flags, program.btf, program.name, program.insns,
     program.functions, program.lines);
}
void fields(auto& io, Like<Job> auto& job) { io(job.want, job.maps, job.programs, job.steps, job.packet); }

void fields(auto& io, Like<Refusal> auto& refusal) {
  io(refusal.stage, refusal.position, refusal.error, refusal.log);
}
void fields(auto& io, Like<JobRun> auto& run) { io(run.return_value, run.nanoseconds, run.words); }
void fields(auto& io, Like<JobImage> auto& image) {
  io(image.jited, image.ksyms, image.func_lengths, image.xlated, image.functions, image.lines,
     image.line_addresses, image.map_ids);
}
void fields(auto& io, Like<Answer> auto& answer) {
  io(answer.refusal, answer.verified_insns, answer.runs, answer.images);
}

class Put {
 public:
  explicit Put(std::vector<std::uint8_t>& into) : to_(into) {}
  void operator()(const auto&... values) { (put(values), ...); }

 private:
  template <class T>
  void put(const T& value) {
    if constexpr (Plain<T>) to_.put(value);
    else fields(*this, value);
  }
  void put(const std::string& text) { to_.put_text(text); }
  template <class T>
  void put(const std::vector<T>& list) {
    if constexpr (Plain<T>) {
      to_.put_list(list);
    } else {
      to_.put(static_cast<std::uint32_t>(list.size()));
      for (const T& element : list) put(element);
    }
  }

  ByteWriter to_;
};

class Get {
 public:
  explicit Get(std::span<const std::uint8_t> bytes) : from(bytes) {}
  void operator()(auto&... values) { (get(values), ...); }
  /// The count comes from elsewhere: nothing is made for what is not there.
  template <class T>
  void each(std::vector<T>& list, std::size_t count) {
    for (std::size_t i = 0; i < count && from.ok(); ++i) {
      if (list.size() == i) list.emplace_back();
      get(list[i]);
    }
    list.resize(std::min(count, list.size()));
  }

  ByteReader from;

 private:
  template <class T>
  void get(T& value) {
    if constexpr (Plain<T>) value = from.get<T>();
    else fields(*this, value);
  }
  void get(std::string& text) { text = from.get_text(); }
  template <class T>
  void get(std::vector<T>& list) {
    if constexpr (Plain<T>) from.get_list(list);
    else each(list, from.get_count(sizeof(std::uint32_t)));
  }
};

bool known(const Answer& answer) { return answer.refusal.stage <= Refusal::Stage::malformed; }

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
  const auto blob_fits = [&](std::uint32_t btf) { return btf == no_position || btf < blobs; };
  const auto map_fits = [&](const JobMap& map) {
    return blob_fits(map.btf) && std::ranges::all_of(map.slots, slot_fits);
  };
  const auto program_fits = [&](const JobProgram& program) { return blob_fits(program.btf); };
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
  Put io(into);
  io(request.btf);
  for (const Job& job : request.jobs) io(job);
  finish(into, at, request_magic, request.jobs.size());
}

void encode(const Reply& reply, std::vector<std::uint8_t>& into) {
  const std::size_t at = begin(into);
  Put io(into);
  io(reply.fault);
  for (const Answer& answer : reply.answers) io(answer);
  finish(into, at, reply_magic, reply.answers.size());
}

bool decode(std::span<const std::uint8_t> bytes, Request& into) {
  Get io(bytes);
  const std::size_t jobs = read_header(io.from, bytes.size(), request_magic);
  io(into.btf);
  io.each(into.jobs, jobs);
  return io.from.ok() && io.from.at_end() &&
         std::ranges::all_of(into.jobs, [&](const Job& job) { return fits(job, into.btf.size()); });
}

bool decode(std::span<const std::uint8_t> bytes, Reply& into) {
  Get io(bytes);
  const std::size_t answers = read_header(io.from, bytes.size(), reply_magic);
  io(into.fault);
  io.each(into.answers, answers);
  return io.from.ok() && io.from.at_end() && std::ranges::all_of(into.answers, known);
}

}  // namespace tailbound::engine::kernel
