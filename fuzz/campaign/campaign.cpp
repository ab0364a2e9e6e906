#include "fuzz/campaign/campaign.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <utility>

#include "fuzz/campaign/live.hpp"
#include "fuzz/campaign/shared.hpp"
#include "fuzz/campaign/worker.hpp"
#include "fuzz/driver/drivers.hpp"
#include "jit/bpf/codec.hpp"

namespace tailbound::fuzz {

namespace {

using Clock = std::chrono::steady_clock;

std::atomic<bool> interrupted{false};
std::atomic<bool> asked{false};

void on_interrupt(int) { interrupted = true; }
void on_question(int) { asked = true; }

/// Handlers for as long as a campaign runs.
class Signals {
 public:
  Signals() {
    interrupted = asked = false;
    for (std::size_t i = 0; i < signals.size(); ++i) {
      previous_[i] = std::signal(signals[i], signals[i] == SIGUSR1 ? on_question : on_interrupt);
    }
  }
  ~Signals() {
    for (std::size_t i = 0; i < signals.size(); ++i) std::signal(signals[i], previous_[i]);
  }

 private:
  static constexpr std::array<int, 3> signals = {SIGINT, SIGTERM, SIGUSR1};
  std::array<void (*)(int), signals.size()> previous_{};
};

int work(const CampaignOptions& options, std::uint32_t index, const Shared& shared) {
  auto engines = make_engines(options.engines);
  if (!engines) return 3;
  Worker worker(options, index, shared, Judge(std::move(*engines), options.oracles));
  if (worker.done()) return 0;
  if (options.driver == Driver::libfuzzer) run_libfuzzer(worker);
  run_seed_driver(worker);
  return 0;
}

std::vector<Emulated> emulated_engines(const CampaignOptions& options) {
  std::vector<Emulated> all;
  const auto engines = make_engines(options.engines);
  for (std::size_t e = 0; engines && e < engines->size(); ++e) {
    const engine::Identity& identity = (*engines)[e]->identity();
    if (identity.emulated) all.push_back({identity.name, e});
  }
  return all;
}

class Campaign {
 public:
  explicit Campaign(const CampaignOptions& options) : options_(options), emulated_(emulated_engines(options)) {}

  CampaignEnd run() {
    auto shared = Shared::map(options_.jobs);
    if (!shared) {
      end_.could_not_run = shared.error();
      return end_;
    }
    shared_ = std::move(*shared);
    shared_.common().kept = options_.corpus.size();
    const Signals signals;
    start_ = Clock::now();
    std::fflush(nullptr);
    for (std::uint32_t i = 0; i < options_.jobs; ++i) start_worker(i);
    watch();
    finish();
    return end_;
  }

 private:
  struct Child {
    pid_t pid;
    std::uint32_t index;
  };

  void start_worker(std::uint32_t index) {
    const pid_t child = fork();
    if (child == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      // The parent says when to stop, also when the whole process group is told to.
      for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1}) std::signal(signal, SIG_IGN);
      _exit(work(options_, index, shared_));
    }
    if (child < 0) {
      end_.could_not_run = fmt::format("fork: {}", std::strerror(errno));
      shared_.common().stop = true;
      return;
    }
    children_.push_back({child, index});
  }

  double elapsed() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

  bool goes_on() const {
    return !children_.empty() && !shared_.common().stop && !interrupted && elapsed() < options_.seconds;
  }

  void watch() {
    const bool terminal = isatty(STDERR_FILENO) != 0;
    double next_line = terminal ? 0.2 : 10;
    while (goes_on()) {
      usleep(10'000);
      reap();
      if (options_.keep_going) collect();
      if (asked.exchange(false)) show_histogram(terminal);
      if (!options_.live || elapsed() < next_line) continue;
      show_line(terminal);
      next_line = elapsed() + (terminal ? 0.5 : 10);
    }
    shared_.common().stop = true;
    erase_line(terminal);
  }

  /// Workers end on their own when told; one that hangs is killed and its scenario is a finding.
  void finish() {
    const auto deadline = Clock::now() + last_scenario(options_.engines);
    while (!children_.empty()) {
      reap();
      if (Clock::now() > deadline) {
        for (const Child& child : children_) kill(child.pid, SIGKILL);
      }
      usleep(1'000);
    }
    // What is left may be a long reduction: another interrupt ends it. Not before, since one may be sent twice at
    // once, to the process and to its group.
    if (interrupted) {
      for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, SIG_DFL);
    }
    end_.seconds = elapsed();
    end_.totals = shared_.totals();
    collect();
    end_.interrupted = interrupted;
    if (!shared_.common().started && end_.could_not_run.empty() && !end_.found)
      end_.could_not_run = "no worker could start";
  }

  void reap() {
    for (std::size_t i = 0; i < children_.size();) {
      int status = 0;
      const Child child = children_[i];
      if (waitpid(child.pid, &status, WNOHANG) == 0) {
        ++i;
        continue;
      }
      children_.erase(children_.begin() + static_cast<std::ptrdiff_t>(i));
      if (!WIFSIGNALED(status)) continue;
      deaths_.push_back(opened(shared_.worker(child.index).under_way, WTERMSIG(status)));
      if (options_.keep_going && !shared_.common().stop) start_worker(child.index);
      else shared_.common().stop = true;
    }
  }

  Found opened(const Letter& letter, int signal) const {
    if (options_.driver == Driver::seed) {
      return {scenario_of_seed(options_, letter.number),
              fmt::format("--driver seed --seed {}, scenario {}", options_.seed, letter.number.load()), signal};
    }
    return {bpf::decode_scenario(std::span(letter.bytes).first(letter.size)),
            fmt::format("--driver libfuzzer --seed {}", options_.seed), signal};
  }

  /// Takes what workers found and hands it on; while that is looked into they search on.
  void collect() {
    for (std::uint32_t i = 0; i < options_.jobs; ++i) {
      WorkerPage& page = shared_.worker(i);
      if (!page.found) continue;
      const std::uint64_t found_class = page.found_class;
      const bool wanted = !shared_.common().known.often(found_class);
      shared_.common().known.add(found_class);
      Found found = opened(page.finding, 0);
      page.found = false;
      if (wanted) hand_on(std::move(found));
    }
    for (Found& found : std::exchange(deaths_, {})) hand_on(std::move(found));
  }

  void hand_on(Found found) {
    if (!options_.keep_going && end_.found) return;
    if (!end_.found) end_.found = found;
    if (done_with_findings_ || !options_.on_found) return;
    erase_line(isatty(STDERR_FILENO) != 0);
    if (!options_.on_found(found)) {
      done_with_findings_ = true;
      shared_.common().stop = true;
    }
  }

  void show_line(bool terminal) {
    Moment now{shared_.totals(), elapsed(), emulated_};
    const std::size_t columns = terminal ? columns_of(STDERR_FILENO, 80) - 1 : 1000;
    const Colours colours = colours_for(STDERR_FILENO);
    const std::string line = live_line(last_, now, options_.driver == Driver::libfuzzer, columns, colours);
    fmt::print(stderr, "{}{}{}", terminal ? "\r" : "", line, terminal ? "\x1b[K" : "\n");
    std::fflush(stderr);
    last_ = std::move(now);
  }

  void erase_line(bool terminal) const {
    if (options_.live && terminal) fmt::print(stderr, "\r\x1b[K");
  }

  void show_histogram(bool terminal) const {
    erase_line(terminal);
    const Totals sum = shared_.totals();
    fmt::print(stderr, "after {:.0f} s, {} scenarios judged\n{}", elapsed(), sum.scenarios,
               draw(sum.histogram, sum.scenarios, columns_of(STDERR_FILENO, 110)));
  }

  const CampaignOptions& options_;
  Shared shared_;
  std::vector<Child> children_;
  std::vector<Found> deaths_;
  bool done_with_findings_ = false;
  Moment last_;
  std::vector<Emulated> emulated_;
  Clock::time_point start_;
  CampaignEnd end_;
};

}  // namespace

CampaignEnd run_campaign(const CampaignOptions& options) { return Campaign(options).run(); }

}  // namespace tailbound::fuzz
