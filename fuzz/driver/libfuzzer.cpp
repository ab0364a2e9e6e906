// libFuzzer in a worker: its driver, this project's mutator, and counters of what scenarios do instead of coverage.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>
#include <vector>

#include "fuzz/driver/corpus.hpp"
#include "fuzz/driver/drivers.hpp"
#include "fuzz/driver/scenario_mutator.hpp"

extern "C" int LLVMFuzzerRunDriver(int* argc, char*** argv, int (*callback)(const std::uint8_t*, std::size_t));

namespace tailbound::fuzz {

namespace {

/// libFuzzer finds them by their section. Volatile: nobody else seems to read them.
alignas(8) __attribute__((section("__libfuzzer_extra_counters"))) volatile std::uint8_t
    extra_counters[features::counters];

/// libFuzzer speaks while it starts, whatever its verbosity is.
class Silence {
 public:
  Silence() : stderr_(::dup(STDERR_FILENO)) {
    const int nothing = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nothing < 0) return;
    ::dup2(nothing, STDERR_FILENO);
    ::close(nothing);
  }
  void end() {
    if (stderr_ < 0) return;
    ::dup2(stderr_, STDERR_FILENO);
    ::close(stderr_);
    stderr_ = -1;
  }

 private:
  int stderr_;
};

/// What libFuzzer's callbacks need; they take no argument of ours, and a worker is a process of its own.
struct Session {
  explicit Session(Worker& its_worker)
      : worker(its_worker), mutator(worker.options().plan, worker.options().fresh, worker.options().corpus) {}

  /// libFuzzer's own numbers have 31 bits and are close to each other.
  std::uint64_t random(unsigned seed) const {
    const std::uint64_t place = gen::scenario_seed(worker.options().seed, worker.index());
    return gen::scenario_seed(place, worker.started()) ^ seed;
  }

  Worker& worker;
  ScenarioMutator mutator;
  Silence silence;
};
Session* session = nullptr;

int one_input(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;  // libFuzzer's first, before it says what it found in the corpus
  session->silence.end();
  Worker& worker = session->worker;
  if (worker.done()) _exit(0);
  const std::span bytes(data, size);
  worker.under_way(bytes);
  const bpf::Scenario& scenario = session->mutator.read(bytes);
  const Judgement judgement = worker.judge(scenario);
  features::count(scenario, worker.judge(), judgement, std::span(extra_counters));
  if (worker.shows_new(std::span(extra_counters)) && !worker.options().corpus_folder.empty()) {
    if (const auto kept = keep_in_corpus(worker.options().corpus_folder, scenario); !kept) {
      worker.corpus_trouble(kept.error());
    }
  }
  if (worker.done()) _exit(0);
  return 0;
}

/// All that libFuzzer would do besides proposing inputs is somebody else's here: signals and time are the engine's and
/// the campaign's, files are the corpus's. Its entropic schedule costs as much as a whole judgement: a scenario has some
/// hundreds of features, and each is looked up in lists.
std::vector<std::string> arguments(const Worker& worker) {
  const std::uint64_t seed = gen::scenario_seed(worker.options().seed, worker.index() + worker.started() * 256);
  std::vector<std::string> words = {"tailbound",
                                    "-seed=" + std::to_string((seed & 0x7fffffff) | 1),
                                    "-max_len=" + std::to_string(largest_input)};
  for (const char* off :
       {"verbosity", "timeout", "rss_limit_mb", "detect_leaks", "reload", "len_control", "print_funcs", "handle_segv",
        "handle_bus", "handle_abrt", "handle_ill", "handle_fpe", "handle_int", "handle_term", "handle_trap",
        "handle_xfsz", "handle_usr1", "handle_usr2", "entropic"}) {
    words.push_back(std::string("-") + off + "=0");
  }
  words.push_back("-purge_allocator_interval=-1");
  words.push_back("-report_slow_units=1000000");
  return words;
}

}  // namespace

[[noreturn]] void run_libfuzzer(Worker& worker) {
  std::vector<std::string> words = arguments(worker);
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  int count = static_cast<int>(words.size());
  char** argv = pointers.data();
  session = new Session(worker);  // as long as the process
  LLVMFuzzerRunDriver(&count, &argv, one_input);
  _exit(3);
}

}  // namespace tailbound::fuzz

// libFuzzer looks for these by name; they are here so that whoever links its driver gets them too.

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t room, unsigned seed) {
  auto& session = *tailbound::fuzz::session;
  return session.mutator.mutate({data, room}, size, session.random(seed));
}

extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* a, std::size_t a_size, const std::uint8_t* b,
                                                 std::size_t b_size, std::uint8_t* out, std::size_t room,
                                                 unsigned seed) {
  auto& session = *tailbound::fuzz::session;
  return session.mutator.cross({a, a_size}, {b, b_size}, {out, room}, session.random(seed));
}
