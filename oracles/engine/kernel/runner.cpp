#include "oracles/engine/kernel/runner.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <thread>

#include "oracles/engine/kernel/live_map.hpp"
#include "oracles/engine/kernel/program_info.hpp"
#include "oracles/engine/kernel/syscall.hpp"

namespace tailbound::engine::kernel {

namespace {

using Stage = Refusal::Stage;

constexpr std::size_t log_buffer = std::size_t{4} << 20;
constexpr std::size_t log_kept = 4096;
constexpr std::uint8_t load_imm64 = BPF_LD | BPF_IMM | BPF_DW;

struct LoadedBtf {
  int fd = -1;
  int error = 0;
};

/// Emptying a slot waits for a grace period, some 12 ms of doing nothing: those of a batch wait together.
bool waits(const Job& job) {
  const auto deletes = [](const JobStep& step) { return step.kind == JobStep::Kind::delete_slot; };
  return std::ranges::any_of(job.steps, deletes);
}
constexpr std::size_t most_threads = 32;

std::string end_of(std::string_view log) {
  while (!log.empty() && log.back() == '\n') log.remove_suffix(1);
  if (log.size() <= log_kept) return std::string(log);
  log.remove_prefix(log.size() - log_kept);
  return std::string(log.substr(log.find('\n') + 1));
}

/// One job, from the first map to the last step. All that it opened goes with it.
class JobRunner {
 public:
  JobRunner(const Job& job, std::span<const LoadedBtf> btf, Answer& answer)
      : job_(job), btf_(btf), answer_(answer) {}

  void run() {
    if (!create_maps()) return;
    for (std::uint32_t p = 0; p < job_.programs.size(); ++p) {
      if (!load(p) || !set_slots_of(p)) return;
    }
    if (!tell_about_programs()) return;
    for (std::uint32_t s = 0; s < job_.steps.size(); ++s) {
      if (!take(s)) return;
    }
  }

 private:
  bool refuse(Stage stage, std::uint32_t position, int error) {
    answer_.refusal.stage = stage;
    answer_.refusal.position = position;
    answer_.refusal.error = static_cast<std::uint32_t>(error);
    return false;
  }

  bool find_btf(std::uint32_t position, LoadedBtf& found) {
    if (position != no_position) found = btf_[position];
    return found.error == 0 || refuse(Stage::btf, position, found.error);
  }

  bool create_maps() {
    maps_.reserve(job_.maps.size());
    for (std::uint32_t m = 0; m < job_.maps.size(); ++m) {
      LiveMap& map = maps_.emplace_back();
      LoadedBtf btf;
      if (!find_btf(job_.maps[m].btf, btf)) return false;
      if (!map.create(job_.maps[m], btf.fd)) return refuse(Stage::map, m, errno);
      if (!map.fill()) return refuse(Stage::content, m, errno);
    }
    return true;
  }

  /// Positions of maps become descriptors; false: there is no such map.
  bool link(const JobProgram& program) {
    insns_ = program.insns;
    for (std::size_t i = 0; i < insns_.size(); ++i) {
      bpf_insn insn;
      static_assert(sizeof insn == sizeof insns_[i]);
      std::memcpy(&insn, &insns_[i], sizeof insn);
      if (insn.code != load_imm64) continue;
      if (insn.src_reg == BPF_PSEUDO_MAP_FD || insn.src_reg == BPF_PSEUDO_MAP_VALUE) {
        if (insn.imm < 0 || static_cast<std::size_t>(insn.imm) >= maps_.size()) return false;
        insn.imm = maps_[static_cast<std::size_t>(insn.imm)].fd();
        std::memcpy(&insns_[i], &insn, sizeof insn);
      }
      ++i;
    }
    return true;
  }

  bool load(std::uint32_t p) {
    const JobProgram& program = job_.programs[p];
    LoadedBtf btf;
    if (!find_btf(program.btf, btf)) return false;
    if (!link(program)) return refuse(Stage::malformed, p, EINVAL);
    programs_.push_back(load_program(program, insns_, btf.fd, {}));
    if (programs_.back().get() >= 0) return true;
    refuse(Stage::program, p, errno);
    if ((job_.want & Job::log) != 0) answer_.refusal.log = log_of(program, btf.fd);
    return false;
  }

  std::string log_of(const JobProgram& program, int btf) {
    std::vector<char> log(log_buffer, '\0');
    const Fd again = load_program(program, insns_, btf, log);
    return end_of(log.data());
  }

  /// At once: what is loaded later finds its slots filled, and is not patched while others run.
  bool set_slots_of(std::uint32_t p) {
    const int program = programs_[p].get();
    for (std::uint32_t m = 0; m < maps_.size(); ++m) {
      for (const JobSlot& slot : job_.maps[m].slots) {
        if (slot.program != p) continue;
        if (!update_map(maps_[m].fd(), &slot.key, &program)) return refuse(Stage::slot, m, errno);
      }
    }
    return true;
  }

  bool tell_about_programs() {
    for (std::uint32_t p = 0; p < programs_.size(); ++p) {
      if ((job_.want & Job::info) != 0 &&
          !read_verified_insns(programs_[p].get(), answer_.verified_insns.emplace_back()))
        return refuse(Stage::image, p, errno);
      if ((job_.want & Job::images) != 0 && !read_image(programs_[p].get(), answer_.images.emplace_back()))
        return refuse(Stage::image, p, errno);
    }
    return true;
  }

  bool take(std::uint32_t s) {
    const JobStep& step = job_.steps[s];
    switch (step.kind) {
      case JobStep::Kind::run: return run(s, step);
      case JobStep::Kind::set_slot: {
        const int program = programs_[step.program].get();
        return update_map(maps_[step.position].fd(), &step.key, &program) || refuse(Stage::write, s, errno);
      }
      case JobStep::Kind::delete_slot:
        return delete_key(maps_[step.position].fd(), &step.key) || errno == ENOENT ||
               refuse(Stage::write, s, errno);
      case JobStep::Kind::write:
        return maps_[step.position].write(step.key, step.value) || refuse(Stage::write, s, errno);
    }
    return refuse(Stage::malformed, s, EINVAL);
  }

  bool run(std::uint32_t s, const JobStep& step) {
    static constexpr std::array<std::uint8_t, 64> zeros{};
    for (std::uint32_t m = 0; m < maps_.size(); ++m) {
      if ((job_.maps[m].use & JobMap::ledger) != 0 && !maps_[m].reset(step.value))
        return refuse(Stage::content, m, errno);
    }
    const std::span<const std::uint8_t> packet = job_.packet.empty() ? zeros : std::span(job_.packet);
    TestRun seen;
    if (!test_run(programs_[step.position].get(), packet, std::max(step.key, 1U), seen))
      return refuse(Stage::run, s, errno);
    JobRun& run = answer_.runs.emplace_back();
    run.return_value = seen.return_value;
    run.nanoseconds = seen.nanoseconds;
    for (std::uint32_t m = 0; m < maps_.size(); ++m) {
      if ((job_.maps[m].use & JobMap::read_back) != 0 && !maps_[m].read(run.words))
        return refuse(Stage::read, m, errno);
    }
    return true;
  }

  const Job& job_;
  std::span<const LoadedBtf> btf_;
  Answer& answer_;
  std::vector<LiveMap> maps_;
  std::vector<Fd> programs_;
  std::vector<std::uint64_t> insns_;
};

}  // namespace

/// A blob that the last request had at the same place is loaded already.
void Runner::load_blobs(const std::vector<std::vector<std::uint8_t>>& blobs) {
  blobs_.resize(blobs.size());
  for (std::size_t i = 0; i < blobs.size(); ++i) {
    if (blobs_[i].fd.get() >= 0 && blobs_[i].bytes == blobs[i]) continue;
    blobs_[i].bytes = blobs[i];
    blobs_[i].fd = load_btf(blobs[i]);
    blobs_[i].error = blobs_[i].fd.get() < 0 ? errno : 0;
  }
}

const Reply& Runner::execute(const Request& request) {
  load_blobs(request.btf);
  std::vector<LoadedBtf> btf;
  for (const Blob& blob : blobs_) btf.push_back({blob.fd.get(), blob.error});
  reply_.fault.clear();
  reply_.answers.resize(request.jobs.size());
  const auto answer = [&](std::size_t j) {
    reply_.answers[j] = {};
    JobRunner(request.jobs[j], btf, reply_.answers[j]).run();
  };
  std::vector<std::size_t> waiting;
  for (std::size_t j = 0; j < request.jobs.size(); ++j) {
    if (waits(request.jobs[j]) && request.jobs.size() > 1) waiting.push_back(j);
  }
  {
    const std::size_t count = std::min(waiting.size(), most_threads);
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < count; ++t) {
      threads.emplace_back([&, t] {
        for (std::size_t i = t; i < waiting.size(); i += count) answer(waiting[i]);
      });
    }
    for (std::size_t j = 0; j < request.jobs.size(); ++j) {
      if (!std::ranges::binary_search(waiting, j)) answer(j);
    }
  }
  return reply_;
}

std::span<const std::uint8_t> Runner::execute(std::span<const std::uint8_t> request) {
  if (decode(request, request_)) {
    execute(request_);
  } else {
    reply_ = {.fault = "the request is no message of this version", .answers = {}};
  }
  bytes_.clear();
  encode(reply_, bytes_);
  return bytes_;
}

}  // namespace tailbound::engine::kernel
