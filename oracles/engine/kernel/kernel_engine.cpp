#include "oracles/engine/kernel/kernel_engine.hpp"

#include <fmt/format.h>
#include <sys/utsname.h>

#include <algorithm>
#include <system_error>
#include <vector>

#include "jit/lower/stack_bound.hpp"
#include "oracles/engine/kernel/btf.hpp"
#include "oracles/engine/kernel/job_of.hpp"
#include "oracles/engine/kernel/job_taker.hpp"
#include "oracles/engine/kernel/load_error.hpp"

namespace tailbound::engine::kernel {

namespace {

/// A verifier may take seconds over what no scenario is.
constexpr std::chrono::seconds longest_request{60};

/// "6.18.44" of "6.18.44-mine": who built it says nothing of what it does. "6.1.0-41-amd64" and "6.19-rc1" do.
std::string_view without_local_version(std::string_view release) {
  const std::string_view before = release.substr(0, release.find('-'));
  const std::string_view behind = release.substr(std::min(before.size() + 1, release.size()));
  const bool numbered = behind.starts_with("rc") || (!behind.empty() && behind[0] >= '0' && behind[0] <= '9');
  return numbered ? release : before;
}

/// The class of a refusal, free of numbers.
std::string refusal_class(const Refusal& refusal) {
  const std::string reason =
      std::error_code(static_cast<int>(refusal.error), std::generic_category()).message();
  return fmt::format("{} {}", name(refusal.stage), reason);
}

class KernelEngine final : public Engine, public JobTaker {
 public:
  KernelEngine(KernelSettings settings, std::unique_ptr<Channel> channel)
      : settings_(std::move(settings)), channel_(std::move(channel)) {
    Identity& identity = settings_.identity;
    identity.verifies = true;
    if (settings_.record != nullptr) {
      costs_ = settings_.record->stack_costs();
      identity.profile = &settings_.record->profile();
      identity.by_value = settings_.record->by_value;
    }
    if (identity.profile == nullptr) identity.profile = &bpf::profile_linux();
    request_.btf = {function_btf().bytes};
  }

  const Identity& identity() const override { return settings_.identity; }
  std::optional<std::string> unavailable() const override { return channel_->unavailable(); }
  std::size_t batch() const override { return 128; }

  std::string_view release() const override { return settings_.identity.scheme; }
  std::expected<Reply, std::string> execute(const Request& request) override {
    if (const auto why = channel_->unavailable()) return std::unexpected(*why);
    bytes_.clear();
    encode(request, bytes_);
    const auto bytes = channel_->exchange(bytes_, longest_request);
    if (!bytes) return std::unexpected(fmt::format("the runner did not answer: {}", bytes.error().what));
    Reply reply;
    if (!decode(*bytes, reply) || reply.answers.size() != request.jobs.size())
      return std::unexpected("the runner's answer is none: " + reply.fault);
    return reply;
  }

  std::span<const Observation> run(std::span<const bpf::Lowered> batch) override {
    if (observations_.size() < batch.size()) observations_.resize(batch.size());
    const auto seen = std::span(observations_).first(batch.size());
    const auto why = channel_->unavailable();
    sent_.clear();
    for (std::size_t i = 0; i < batch.size(); ++i) {
      begin(batch[i], seen[i], why);
      if (seen[i].unavailable.empty()) sent_.push_back(i);
    }
    if (!sent_.empty()) exchange(batch, seen, sent_);
    return seen;
  }

 private:
  void begin(const bpf::Lowered& lowered, Observation& seen, const std::optional<std::string>& why) {
    seen.layout = lowered.ledger;
    seen.return_mask = UINT32_MAX;
    seen.refused.clear();
    seen.log.clear();
    seen.runs.clear();
    seen.unavailable = why ? *why : std::string(event_without_job(lowered));
    if (seen.unavailable.empty() && settings_.stack_limit) seen.unavailable = why_unsafe(lowered);
  }

  std::string why_unsafe(const bpf::Lowered& lowered) {
    if (!costs_) return "no bound of the machine stack is known for this kernel";
    bounds_.measure(lowered, *costs_, bpf::max_tail_call_cnt);
    if (bounds_.bytes() <= *settings_.stack_limit) return {};
    return fmt::format("its frames add up to {} bytes of machine stack; at most {} are let run on this kernel",
                       bounds_.bytes(), *settings_.stack_limit);
  }

  void exchange(std::span<const bpf::Lowered> batch, std::span<Observation> seen,
                std::span<const std::size_t> which) {
    request_.jobs.resize(which.size());
    std::size_t runs = 0;
    for (std::size_t j = 0; j < which.size(); ++j) {
      fill_job(batch[which[j]], {}, request_.jobs[j]);
      runs += batch[which[j]].runs();
    }
    bytes_.clear();
    encode(request_, bytes_);
    const auto reply = channel_->exchange(bytes_, settings_.time_limit * static_cast<long>(runs));
    if (reply && decode(*reply, reply_) && reply_.answers.size() == which.size()) {
      for (std::size_t j = 0; j < which.size(); ++j) read(batch[which[j]], reply_.answers[j], seen[which[j]]);
    } else if (which.size() > 1) {
      // One of them took the runner along: alone, it shows which.
      for (const std::size_t& one : which) exchange(batch, seen, {&one, 1});
      if (!reply && !reply.error().late) keep_loss(batch, seen, which, reply.error());
    } else {
      lose(batch[which[0]], reply ? Channel::Lost{false, "foreign reply", {}} : reply.error(), seen[which[0]]);
    }
  }

  /// Where none takes the runner along alone, they did together, and the first stands for them: no loss is
  /// silent.
  static void keep_loss(std::span<const bpf::Lowered> batch, std::span<Observation> seen,
                        std::span<const std::size_t> which, const Channel::Lost& lost) {
    const auto is_lost = [&](std::size_t i) {
      return !seen[i].runs.empty() && seen[i].runs.back().status != RunStatus::finished;
    };
    if (std::ranges::any_of(which, is_lost)) return;
    seen[which[0]].runs.clear();
    lose(batch[which[0]], lost, seen[which[0]]);
  }

  void read(const bpf::Lowered& lowered, const Answer& answer, Observation& seen) {
    if (answer.refused()) {
      const LoadError error = load_error(answer.refusal, lowered);
      seen.refused = refusal_class(answer.refusal);
      seen.log = error.headline();
      if (!error.log.empty()) seen.log += "\n" + error.log;
      return;
    }
    for (const JobRun& run : answer.runs) read(lowered, run, seen.runs.emplace_back());
  }

  /// The ledger is read back first, then the cells of the scenario's maps.
  static void read(const bpf::Lowered& lowered, const JobRun& run, RunObservation& seen) {
    const auto ledger =
        static_cast<std::ptrdiff_t>(std::min<std::size_t>(lowered.ledger.words(), run.words.size()));
    seen.return_value = run.return_value;
    seen.ledger.assign(run.words.begin(), run.words.begin() + ledger);
    seen.ledger.resize(lowered.ledger.words());
    seen.cells.assign(run.words.begin() + ledger, run.words.end());
  }

  static void lose(const bpf::Lowered& lowered, const Channel::Lost& lost, Observation& seen) {
    RunObservation& run = seen.runs.emplace_back();
    run.status = lost.late ? RunStatus::timeout : RunStatus::fault;
    run.fault.kind = lost.what;
    run.ledger.assign(lowered.ledger.words(), 0);
    seen.log = lost.log;
  }

  KernelSettings settings_;
  std::unique_ptr<Channel> channel_;
  std::optional<jit::StackCosts> costs_;
  jit::StackBounds bounds_;
  Request request_;
  std::vector<std::uint8_t> bytes_;
  Reply reply_;
  std::vector<std::size_t> sent_;
  std::vector<Observation> observations_;
};

}  // namespace

std::unique_ptr<Engine> make_kernel_engine(KernelSettings settings, std::unique_ptr<Channel> channel) {
  return std::make_unique<KernelEngine>(std::move(settings), std::move(channel));
}

std::unique_ptr<Engine> make_running_kernel(std::chrono::milliseconds time_limit) {
  utsname names{};
  ::uname(&names);
  KernelSettings settings{.identity = {.name = "kernel",
                                       .scheme = std::string(without_local_version(names.release)),
                                       .options = {}},
                          .record = find_kernel(names.release, names.machine),
                          .stack_limit = safe_stack,
                          .time_limit = time_limit};
  return make_kernel_engine(std::move(settings), make_child_channel());
}

}  // namespace tailbound::engine::kernel
