#include "fuzz/campaign/campaign.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <new>

#include "oracles/judge/judge.hpp"

namespace tailbound::fuzz {

namespace {

using Clock = std::chrono::steady_clock;

/// What a worker tells its parent, in shared memory: it may die at any moment.
struct WorkerPage {
  std::atomic<std::uint64_t> current{0};  // number of the scenario under way
  std::atomic<std::uint64_t> scenarios{0};
  std::atomic<std::uint64_t> tail_calls{0};
  std::atomic<std::uint64_t> out_of_range{0};
  std::atomic<std::uint64_t> at_limit{0};
  std::atomic<std::uint64_t> empty{0};
  std::atomic<std::uint64_t> out_of_fuel{0};
  std::atomic<std::uint64_t> encoding_checked{0};
  std::array<std::atomic<std::uint64_t>, most_engines> ran{};
  std::array<std::atomic<std::uint64_t>, most_engines> unavailable{};
  /// Why an engine could not take a scenario, the first time; cut off and ended by a zero.
  std::array<std::array<char, 160>, most_engines> reason{};
  OracleCounts oracles{};
  std::atomic<bool> found{false};
};

struct alignas(64) Pages {
  std::atomic<bool> stop{false};
  std::atomic<bool> started{false};
};

std::atomic<bool> interrupted{false};
void on_interrupt(int) { interrupted = true; }

/// Only the worker writes its page, so a relaxed load and store is an increment.
void add(std::atomic<std::uint64_t>& counter, std::uint64_t amount) {
  counter.store(counter.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
}

void report(WorkerPage& page, const Judge& judge, const Judgement& judgement) {
  add(page.tail_calls, judgement.forecast.tail_calls);
  add(page.out_of_range, judgement.forecast.out_of_range);
  add(page.at_limit, judgement.forecast.at_limit);
  add(page.empty, judgement.forecast.empty);
  add(page.out_of_fuel, judgement.forecast.out_of_fuel);
  for (std::size_t e = 0; e < judge.engines().size(); ++e) {
    const std::string& why = judge.observed(e).unavailable;
    if (!why.empty() && page.unavailable[e] == 0) why.copy(page.reason[e].data(), page.reason[e].size() - 1);
    add(why.empty() ? page.ran[e] : page.unavailable[e], 1);
  }
  page.encoding_checked.store(judge.images_checked(), std::memory_order_relaxed);
  if (judgement.judged) add(page.scenarios, 1);
}

int work(const CampaignOptions& options, std::uint32_t index, Pages& pages, WorkerPage& page) {
  auto engines = make_engines(options.engines);
  if (!engines) return 3;
  Judge judge(std::move(*engines), options.oracles);
  judge.count_into(page.oracles);
  pages.started = true;
  for (std::uint64_t n = index; !pages.stop.load(std::memory_order_relaxed); n += options.jobs) {
    page.current.store(n, std::memory_order_relaxed);
    gen::ByteSource source(gen::scenario_seed(options.seed, n));
    const bpf::Scenario scenario = gen::generate(source, options.budget);
    judge.sampled(options.sample != 0 && n % options.sample == 0);
    const Judgement judgement = judge.judge(scenario);
    report(page, judge, judgement);
    if (judgement.verdict.broken()) {
      page.found = true;
      pages.stop = true;
      return 1;
    }
  }
  return 0;
}

class Campaign {
 public:
  explicit Campaign(const CampaignOptions& options) : options_(options) {}

  CampaignEnd run() {
    if (!map_pages()) {
      end_.could_not_run = fmt::format("shared memory: {}", std::strerror(errno));
      return end_;
    }
    interrupted = false;
    const auto previous_int = std::signal(SIGINT, on_interrupt);
    const auto previous_term = std::signal(SIGTERM, on_interrupt);
    start_ = Clock::now();
    std::fflush(nullptr);
    for (std::uint32_t i = 0; i < options_.jobs; ++i) start_worker(i);
    watch();
    finish();
    std::signal(SIGINT, previous_int);
    std::signal(SIGTERM, previous_term);
    return end_;
  }

 private:
  bool map_pages() {
    const std::size_t size = sizeof(Pages) + options_.jobs * sizeof(WorkerPage);
    void* const memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return false;
    pages_ = new (memory) Pages;
    for (std::uint32_t i = 0; i < options_.jobs; ++i) {
      workers_.push_back(new (static_cast<std::uint8_t*>(memory) + sizeof(Pages) + i * sizeof(WorkerPage))
                             WorkerPage);
    }
    return true;
  }

  void start_worker(std::uint32_t index) {
    const pid_t child = fork();
    if (child == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      // The parent says when to stop, also when the whole process group is told to.
      for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, SIG_IGN);
      _exit(work(options_, index, *pages_, *workers_[index]));
    }
    if (child < 0) {
      end_.could_not_run = fmt::format("fork: {}", std::strerror(errno));
      pages_->stop = true;
      return;
    }
    children_.push_back(child);
    index_of_.push_back(index);
  }

  double elapsed() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

  void watch() {
    const bool terminal = isatty(STDERR_FILENO) != 0;
    double next_line = terminal ? 0.2 : 10;
    while (!children_.empty() && !pages_->stop && !interrupted && elapsed() < options_.seconds) {
      usleep(20'000);
      reap();
      if (options_.live && elapsed() >= next_line) {
        progress(terminal);
        next_line += terminal ? 0.5 : 10;
      }
    }
    pages_->stop = true;
    if (options_.live && terminal) fmt::print(stderr, "\r\x1b[K");
  }

  /// Workers end on their own when told; one that hangs is killed and its scenario is a finding.
  void finish() {
    const auto deadline = Clock::now() + std::chrono::seconds(10);
    while (!children_.empty()) {
      reap();
      if (Clock::now() > deadline) {
        for (const pid_t child : children_) kill(child, SIGKILL);
      }
      usleep(2'000);
    }
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      if (workers_[i]->found && !end_.found) end_.found = Found{workers_[i]->current, 0};
    }
    end_.seconds = elapsed();
    end_.totals = totals();
    end_.interrupted = interrupted;
    if (!pages_->started && end_.could_not_run.empty() && !end_.found)
      end_.could_not_run = "no worker could start";
  }

  void reap() {
    for (std::size_t i = 0; i < children_.size();) {
      int status = 0;
      const pid_t done = waitpid(children_[i], &status, WNOHANG);
      if (done == 0) {
        ++i;
        continue;
      }
      if (done > 0 && WIFSIGNALED(status) && !end_.found) {
        end_.found = Found{workers_[index_of_[i]]->current, WTERMSIG(status)};
        pages_->stop = true;
      }
      children_.erase(children_.begin() + static_cast<std::ptrdiff_t>(i));
      index_of_.erase(index_of_.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }

  Totals totals() const {
    Totals sum;
    for (const WorkerPage* page : workers_) {
      sum.scenarios += page->scenarios;
      sum.tail_calls += page->tail_calls;
      sum.out_of_range += page->out_of_range;
      sum.at_limit += page->at_limit;
      sum.empty += page->empty;
      sum.out_of_fuel += page->out_of_fuel;
      sum.encoding_checked += page->encoding_checked;
      for (std::size_t o = 0; o < oracle_count; ++o) page->oracles[o].add_to(sum.oracles[o]);
      for (std::size_t e = 0; e < most_engines; ++e) {
        sum.ran[e] += page->ran[e];
        if (sum.unavailable[e] == 0 && page->unavailable[e] != 0) sum.reason[e] = page->reason[e].data();
        sum.unavailable[e] += page->unavailable[e];
      }
    }
    return sum;
  }

  void progress(bool terminal) const {
    const Totals sum = totals();
    const double seconds = elapsed();
    std::string line = fmt::format(
        "{:.1f} s  {} judged ({:.0f}/s)  {} tail calls  refused {} limit, {} empty, {} range  {} out of fuel",
        seconds, sum.scenarios, static_cast<double>(sum.scenarios) / seconds, sum.tail_calls, sum.at_limit,
        sum.empty, sum.out_of_range, sum.out_of_fuel);
    if (!terminal) {
      fmt::print(stderr, "{}\n", line);
      return;
    }
    // A line that wraps cannot be overwritten.
    winsize size{};
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 && line.size() >= size.ws_col) {
      line.resize(size.ws_col - 1U);
    }
    fmt::print(stderr, "\r{}\x1b[K", line);
    std::fflush(stderr);
  }

  const CampaignOptions& options_;
  Pages* pages_ = nullptr;  // shared; freed with the process
  std::vector<WorkerPage*> workers_;
  std::vector<pid_t> children_;
  std::vector<std::uint32_t> index_of_;
  Clock::time_point start_;
  CampaignEnd end_;
};

}  // namespace

CampaignEnd run_campaign(const CampaignOptions& options) { return Campaign(options).run(); }

}  // namespace tailbound::fuzz
