#include "tests/planted/search.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <map>
#include <new>
#include <system_error>

#include "tests/planted/trial.hpp"

namespace tailbound::planted {

namespace {

constexpr unsigned hung_seconds = 60;  // of the clock: machines may be busy

struct SharedSighting {
  std::atomic<std::uint64_t> scenarios{0};
  std::atomic<double> seconds{0};
};

/// What a child tells its parent as it goes: it may die at any moment.
struct Page {
  SharedSighting reached, triggered, detected;
  std::atomic<std::uint64_t> scenarios{0};  // judged
  std::atomic<double> seconds{0};           // that they took
  std::atomic<bool> ended{false};           // by itself
  std::array<char, 24> property{};
};

class Stopwatch {
 public:
  void go() { since_ = Clock::now(); }
  void stop() { seconds_ += std::chrono::duration<double>(Clock::now() - since_).count(); }
  double seconds() const { return seconds_; }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point since_;
  double seconds_ = 0;
};

void see(SharedSighting& what, bool seen, std::uint64_t scenarios, double seconds) {
  if (!seen || what.scenarios != 0) return;
  what.seconds = seconds;
  what.scenarios = scenarios;
}

void search(const Search& search, Page& page) {
  Trial trial(*search.fault);
  Stopwatch watch;
  for (std::uint64_t n = 0; n < search.scenarios && watch.seconds() < search.seconds; ++n) {
    alarm(hung_seconds);
    watch.go();
    const bpf::Scenario drawn = scenario(search.seed, n);
    const Verdict verdict = trial.judge(drawn, checks_images(n));
    watch.stop();
    if (search.compare && page.triggered.scenarios == 0) {
      const Trial::Comparison seen = trial.compare(drawn);
      see(page.reached, seen.reached, n + 1, watch.seconds());
      see(page.triggered, seen.triggered, n + 1, watch.seconds());
    }
    page.seconds = watch.seconds();
    page.scenarios = n + 1;
    if (!verdict.broken() || (!search.wanted.empty() && name(verdict.property) != search.wanted)) continue;
    name(verdict.property).copy(page.property.data(), page.property.size() - 1);
    see(page.detected, true, n + 1, watch.seconds());
    break;
  }
}

[[noreturn]] void be_child(const Search& what, Page& page) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // A sanitizer's or the library's last words are no news: the parent sees the death.
  if (const int nowhere = open("/dev/null", O_WRONLY); nowhere >= 0) dup2(nowhere, STDERR_FILENO);
  search(what, page);
  page.ended = true;
  _exit(0);
}

Sighting take(const SharedSighting& seen) { return {seen.scenarios, seen.seconds}; }

Found take(const Page& page, int status) {
  Found found{.reached = take(page.reached),
              .triggered = take(page.triggered),
              .detected = take(page.detected),
              .property = page.property.data(),
              .scenarios = page.scenarios};
  if (page.ended) return found;
  // What killed it came with the scenario that was under way.
  const Sighting death = {++found.scenarios, page.seconds};
  if (!found.reached) found.reached = death;
  if (!found.triggered) found.triggered = death;
  if (!found.detected) found.detected = death;
  found.property = WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM ? process_hung : process_died;
  return found;
}

class Pool {
 public:
  explicit Pool(std::span<const Search> searches) : searches_(searches), found_(searches.size()) {
    size_ = searches.size() * sizeof(Page);
    memory_ = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory_ == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "shared memory");
    pages_ = new (memory_) Page[searches.size()];
  }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool() { munmap(memory_, size_); }

  std::vector<Found> run(unsigned jobs, const std::function<void(std::size_t)>& progress) {
    std::size_t started = 0;
    for (std::size_t ended = 0; ended < searches_.size(); ++ended) {
      while (started < searches_.size() && running_.size() < jobs) start(started++);
      wait_for_one();
      if (progress) progress(ended + 1);
    }
    return std::move(found_);
  }

 private:
  void start(std::size_t i) {
    const pid_t child = fork();
    if (child == 0) be_child(searches_[i], pages_[i]);
    if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
    running_[child] = i;
  }

  void wait_for_one() {
    for (;;) {
      int status = 0;
      const pid_t child = waitpid(-1, &status, 0);
      if (child < 0 && errno == EINTR) continue;
      if (child < 0) throw std::system_error(errno, std::generic_category(), "waitpid");
      const auto at = running_.find(child);
      if (at == running_.end()) continue;
      found_[at->second] = take(pages_[at->second], status);
      running_.erase(at);
      return;
    }
  }

  std::span<const Search> searches_;
  std::vector<Found> found_;
  void* memory_ = nullptr;
  std::size_t size_ = 0;
  Page* pages_ = nullptr;
  std::map<pid_t, std::size_t> running_;
};

}  // namespace

std::vector<Found> run(std::span<const Search> searches, unsigned jobs,
                       const std::function<void(std::size_t)>& progress) {
  if (searches.empty()) return {};
  return Pool(searches).run(jobs, progress);
}

}  // namespace tailbound::planted
