#include "oracles/engine/native/guard.hpp"

#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>

#include "oracles/engine/native/machine_context.hpp"

namespace tailbound::engine::native {

namespace {

constexpr long tick_ms = 20;

std::string failure(const char* what) { return std::string(what) + ": " + std::strerror(errno); }

/// The guarded call under way on this thread. Handlers of synchronous signals and of the thread's own timer
/// read it.
struct UnderWay {
  volatile sig_atomic_t active = 0;
  std::uint64_t recover = 0;
  std::uint32_t ticks_left = 0;  // 0: no limit
  TrapHandler* traps = nullptr;
  Interruption interruption{};
  bool interrupted = false;
};
thread_local UnderWay under_way;

void leave(ucontext_t& context, RunStatus status, int signal, std::uint64_t address) {
  under_way.interruption = {.status = status, .signal = signal, .address = address, .pc = pc_of(context)};
  under_way.interrupted = true;
  under_way.active = 0;
  clear_wild_flags(context);
  set_pc(context, under_way.recover);
}

constexpr std::array fault_signals = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP};
std::array<struct sigaction, fault_signals.size()> previous_action;

void on_fault(int signal, siginfo_t* info, void* raw) {
  if (under_way.active == 0) {
    // Not ours: what was there before (a sanitizer's handler, or the default), at the same instruction.
    for (std::size_t i = 0; i < fault_signals.size(); ++i) {
      if (fault_signals[i] == signal) sigaction(signal, &previous_action[i], nullptr);
    }
    return;
  }
  auto& context = *static_cast<ucontext_t*>(raw);
  if (signal == SIGTRAP && under_way.traps != nullptr) {
    std::uint64_t pc = pc_of(context);
    if (under_way.traps->on_trap(pc)) return set_pc(context, pc);
  }
  leave(context, RunStatus::fault, signal, reinterpret_cast<std::uint64_t>(info->si_addr));
}

void on_tick(int, siginfo_t*, void* raw) {
  if (under_way.active == 0 || under_way.ticks_left == 0) return;
  if (--under_way.ticks_left != 0) return;
  leave(*static_cast<ucontext_t*>(raw), RunStatus::timeout, 0, 0);
}

int tick_signal() { return SIGRTMIN + 3; }

std::expected<void, std::string> install_handlers() {
  struct sigaction action {};
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  sigaddset(&action.sa_mask, tick_signal());
  action.sa_sigaction = on_fault;
  for (std::size_t i = 0; i < fault_signals.size(); ++i) {
    if (sigaction(fault_signals[i], &action, &previous_action[i]) != 0)
      return std::unexpected(failure("sigaction"));
  }
  action.sa_sigaction = on_tick;
  action.sa_flags |= SA_RESTART;
  if (sigaction(tick_signal(), &action, nullptr) != 0) return std::unexpected(failure("sigaction"));
  return {};
}

/// Signal stack and timer of one thread.
class ThreadState {
 public:
  std::expected<void, std::string> install() {
    if (installed_pid_ == getpid()) return {};  // a forked child has no timer of its parent's
    stack_t stack{};
    stack.ss_sp = signal_stack_.data();
    stack.ss_size = signal_stack_.size();
    if (sigaltstack(&stack, nullptr) != 0) return std::unexpected(failure("sigaltstack"));
    sigevent event{};
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = tick_signal();
    event._sigev_un._tid = static_cast<pid_t>(syscall(SYS_gettid));
    if (timer_create(CLOCK_THREAD_CPUTIME_ID, &event, &timer_) != 0)
      return std::unexpected(failure("timer_create"));
    const itimerspec period = {.it_interval = {0, tick_ms * 1'000'000}, .it_value = {0, tick_ms * 1'000'000}};
    if (timer_settime(timer_, 0, &period, nullptr) != 0) return std::unexpected(failure("timer_settime"));
    installed_pid_ = getpid();
    return {};
  }
  ~ThreadState() {
    if (installed_pid_ == getpid()) timer_delete(timer_);
  }

 private:
  std::array<std::uint8_t, 64 * 1024> signal_stack_{};
  timer_t timer_{};
  pid_t installed_pid_ = 0;
};
thread_local ThreadState thread_state;

}  // namespace

Fault fault_of(const Interruption& interruption) {
  const auto kind = [&]() -> std::string_view {
    if (!interruption.kind.empty()) return interruption.kind;
    if (interruption.status == RunStatus::timeout) return "time limit";
    switch (interruption.signal) {
      case SIGSEGV: return "SIGSEGV";
      case SIGBUS: return "SIGBUS";
      case SIGILL: return "SIGILL";
      case SIGFPE: return "SIGFPE";
      case SIGTRAP: return "SIGTRAP";
      default: return "signal";
    }
  };
  return {.kind = kind(), .address = interruption.address, .pc = interruption.pc};
}

std::expected<void, std::string> Guard::install() {
  static const std::expected<void, std::string> handlers = install_handlers();
  if (!handlers) return handlers;
  return thread_state.install();
}

// Generated code has no type word in front of it for UBSan's check of indirect calls.
__attribute__((no_sanitize("function"))) std::optional<Interruption> Guard::call(
    std::uint64_t enter, std::uint64_t recover, std::chrono::milliseconds limit, TrapHandler* traps) {
  under_way.traps = traps;
  under_way.recover = recover;
  under_way.ticks_left = limit.count() == 0 ? 0 : static_cast<std::uint32_t>(limit.count() / tick_ms + 2);
  under_way.interrupted = false;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  under_way.active = 1;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  reinterpret_cast<void (*)()>(enter)();
  std::atomic_signal_fence(std::memory_order_seq_cst);
  under_way.active = 0;
  if (under_way.interrupted) return under_way.interruption;
  return std::nullopt;
}

}  // namespace tailbound::engine::native
