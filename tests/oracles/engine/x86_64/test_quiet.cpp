// The warmed-up engine, from bytecode to observation, allocates nothing and makes no system call: both are
// counted.
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <functional>
#include <new>

#include "gen/generate.hpp"
#include "jit/bpf/lowered.hpp"
#include "oracles/engine/x86_64/engine.hpp"

// --- allocations: every malloc under ASan, else every operator new ---

namespace {
thread_local bool counting = false;
thread_local std::uint64_t allocations = 0;
void note_allocation() { allocations += counting ? 1U : 0U; }
}  // namespace

#if __has_feature(address_sanitizer)
#include <sanitizer/allocator_interface.h>
namespace {
void on_malloc(const volatile void*, std::size_t) { note_allocation(); }
void on_free(const volatile void*) {}
bool install_hooks() { return __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free) > 0; }
}  // namespace
#else
void* operator new(std::size_t size) {
  note_allocation();
  if (void* const block = std::malloc(size)) return block;
  throw std::bad_alloc();
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }
namespace {
bool install_hooks() { return true; }
}  // namespace
#endif

namespace tailbound::test {

namespace {

std::uint64_t allocations_in(const std::function<void()>& work) {
  static const bool installed = install_hooks();
  EXPECT_TRUE(installed);
  allocations = 0;
  counting = true;
  work();
  counting = false;
  return allocations;
}

// --- system calls: a filter traps each, and the handler counts it ---

/// Shared with the child that is filtered.
struct SystemCalls {
  volatile std::uint64_t count = 0;
  volatile int first = -1;
  volatile bool reached_end = false;
};
SystemCalls* system_calls = nullptr;

void on_trapped(int, siginfo_t* info, void* raw) {
  if (system_calls->count == 0) system_calls->first = info->si_syscall;
  system_calls->count = system_calls->count + 1;
  static_cast<ucontext_t*>(raw)->uc_mcontext.gregs[REG_RAX] = -ENOSYS;
}

/// Allowed are the return from a signal handler (the guard's CPU-time timer ticks every 20 ms, whatever the
/// loop does) and the exit of the child.
bool trap_system_calls() {
  struct sigaction action{};
  action.sa_sigaction = on_trapped;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  if (sigaction(SIGSYS, &action, nullptr) != 0) return false;
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_rt_sigreturn, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog filter = {.len = std::size(program), .filter = program};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

constexpr int no_filter = 9;

/// In a child, since a filter cannot be taken off again: `prepare`, then `work` under the filter.
SystemCalls system_calls_in(const std::function<void()>& prepare, const std::function<void()>& work) {
  void* const shared =
      mmap(nullptr, sizeof(SystemCalls), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  EXPECT_NE(shared, MAP_FAILED);
  system_calls = new (shared) SystemCalls;
  const pid_t child = fork();
  if (child == 0) {
    prepare();
    if (!trap_system_calls()) _exit(no_filter);
    work();
    system_calls->reached_end = true;
    syscall(SYS_exit_group, 0);  // itself: a sanitizer's _exit() first makes calls of its own
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status)) << "signal " << WTERMSIG(status);
  EXPECT_NE(WEXITSTATUS(status), no_filter) << "seccomp filters are refused here, so nothing can be counted";
  const SystemCalls counted = *system_calls;
  munmap(shared, sizeof(SystemCalls));
  return counted;
}

// --- the path ---

/// What the engine takes of the first scenarios of a seed.
std::vector<bpf::Lowered> mix(engine::Engine& engine) {
  std::vector<bpf::Lowered> taken;
  for (std::uint64_t n = 0; n < 300; ++n) {
    gen::ByteSource source(gen::scenario_seed(11, n));
    bpf::Lowered lowered = bpf::lower(gen::generate(source, {}));
    if (engine.run_one(lowered).unavailable.empty()) taken.push_back(std::move(lowered));
  }
  EXPECT_GT(taken.size(), 200U) << "too few of 300 scenarios are left to speak of a mix";
  return taken;
}

void run_all(engine::Engine& engine, const std::vector<bpf::Lowered>& scenarios) {
  for (const bpf::Lowered& lowered : scenarios) engine.run_one(lowered);
  engine.run({scenarios.data(), 16});
}
/// Records of runs go round, so a large scenario may meet a small buffer more than once.
void warm_up(engine::Engine& engine, const std::vector<bpf::Lowered>& scenarios) {
  for (int i = 0; i < 20; ++i) run_all(engine, scenarios);
}

class Quiet : public testing::TestWithParam<const char*> {
 protected:
  std::unique_ptr<engine::Engine> engine() const {
    return engine::make_x86_64({.scheme = x86_64::find_scheme(GetParam()), .options = {}});
  }
};
INSTANTIATE_TEST_SUITE_P(X86Engine, Quiet, testing::Values("pointer", "by-value"), [](const auto& info) {
  return std::string_view(info.param) == "pointer" ? "Pointer" : "ByValue";
});

TEST_P(Quiet, AWarmPathAllocatesNothing) {
  const auto warm = engine();
  const auto scenarios = mix(*warm);
  warm_up(*warm, scenarios);
  EXPECT_EQ(allocations_in([&] { run_all(*warm, scenarios); }), 0U);
}

TEST_P(Quiet, AWarmPathMakesNoSystemCall) {
  std::unique_ptr<engine::Engine> warm;  // made in the child: the guard's timer belongs to a process
  std::vector<bpf::Lowered> scenarios;
  const SystemCalls counted = system_calls_in(
      [&] {
        warm = engine();
        scenarios = mix(*warm);
        warm_up(*warm, scenarios);
      },
      [&] {
        for (int i = 0; i < 20; ++i) run_all(*warm, scenarios);
      });
  EXPECT_TRUE(counted.reached_end);
  EXPECT_EQ(counted.count, 0U) << "the first is number " << counted.first;
}

// --- the counters count ---

TEST(Counters, AnAllocationIsCounted) {
  EXPECT_GE(allocations_in([] { delete new volatile int(7); }), 1U);
}

TEST(Counters, AColdEngineAllocates) {
  const auto cold = engine::make_x86_64({.scheme = x86_64::find_scheme("pointer"), .options = {}});
  gen::ByteSource source(1);
  const bpf::Lowered lowered = bpf::lower(gen::generate(source, {}));
  EXPECT_GT(allocations_in([&] { cold->run_one(lowered); }), 0U);
}

TEST(Counters, ASystemCallIsCountedAndRefused) {
  const SystemCalls counted = system_calls_in([] {},
                                              [] {
                                                for (int i = 0; i < 3; ++i) syscall(SYS_getppid);
                                              });
  EXPECT_TRUE(counted.reached_end);
  EXPECT_EQ(counted.count, 3U);
  EXPECT_EQ(counted.first, SYS_getppid);
}

}  // namespace

}  // namespace tailbound::test
