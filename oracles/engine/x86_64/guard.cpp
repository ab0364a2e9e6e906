#include "oracles/engine/x86_64/guard.hpp"

#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

namespace tailbound::engine::x86_64 {

namespace {

constexpr std::size_t guard_size = 64 * 1024;
constexpr std::size_t canary_words = 32;
constexpr std::uint64_t canary = 0xca9a51e5'ca9a51e5;
/// No byte's low nibble is 0xa, as that of every value that lowered bytecode places on its stack is.
constexpr std::uint64_t unused = 0x57e1f3c5'91b7d36d;
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

std::string_view signal_name(int signal) {
  switch (signal) {
    case SIGSEGV: return "SIGSEGV";
    case SIGBUS: return "SIGBUS";
    case SIGILL: return "SIGILL";
    case SIGFPE: return "SIGFPE";
    case SIGTRAP: return "SIGTRAP";
    default: return "signal";
  }
}

void leave(ucontext_t* context, RunStatus status, Fault fault) {
  under_way.interruption = {status, fault};
  under_way.interrupted = true;
  under_way.active = 0;
  constexpr greg_t trap_direction_alignment = 0x100 | 0x400 | 0x40000;  // flags that wild code may have set
  context->uc_mcontext.gregs[REG_EFL] &= ~trap_direction_alignment;
  context->uc_mcontext.gregs[REG_RIP] = static_cast<greg_t>(under_way.recover);
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
  auto* const context = static_cast<ucontext_t*>(raw);
  if (signal == SIGTRAP && under_way.traps != nullptr) {
    auto rip = static_cast<std::uint64_t>(context->uc_mcontext.gregs[REG_RIP]);
    auto flags = static_cast<std::uint64_t>(context->uc_mcontext.gregs[REG_EFL]);
    if (under_way.traps->on_trap(rip, flags)) {
      context->uc_mcontext.gregs[REG_RIP] = static_cast<greg_t>(rip);
      context->uc_mcontext.gregs[REG_EFL] = static_cast<greg_t>(flags);
      return;
    }
  }
  leave(context, RunStatus::fault,
        {.kind = signal_name(signal),
         .address = reinterpret_cast<std::uint64_t>(info->si_addr),
         .pc = static_cast<std::uint64_t>(context->uc_mcontext.gregs[REG_RIP])});
}

void on_tick(int, siginfo_t*, void* raw) {
  if (under_way.active == 0 || under_way.ticks_left == 0) return;
  if (--under_way.ticks_left != 0) return;
  auto* const context = static_cast<ucontext_t*>(raw);
  leave(context, RunStatus::timeout,
        {.kind = "time limit",
         .address = 0,
         .pc = static_cast<std::uint64_t>(context->uc_mcontext.gregs[REG_RIP])});
}

int tick_signal() { return SIGRTMIN + 3; }

std::expected<void, std::string> install_handlers() {
  struct sigaction action{};
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

namespace {
/// The last page holds the entry frame's first words (return address, rbp, up to 32 bytes of stack or slots), the
/// canaries, and room.
constexpr std::size_t last_page = 4096;
constexpr std::size_t first_words = 48;
}  // namespace

/// Such that the last page begins at a multiple of 4 GiB; anywhere where none of the places tried is free.
void* GuardedStack::map(std::size_t size) {
  constexpr int flags = MAP_PRIVATE | MAP_ANONYMOUS;
  constexpr std::uint64_t four_gib = std::uint64_t{1} << 32;
  constexpr std::uint64_t first_place = 0x2000 * four_gib;
  for (std::uint64_t place = first_place; place != first_place + 64 * four_gib; place += four_gib) {
    void* const wanted = reinterpret_cast<void*>(place + last_page - size - guard_size);
    void* const mapping = mmap(wanted, size + 2 * guard_size, PROT_NONE, flags | MAP_FIXED_NOREPLACE, -1, 0);
    if (mapping == wanted) return mapping;
    if (mapping != MAP_FAILED) munmap(mapping, size + 2 * guard_size);
  }
  return mmap(nullptr, size + 2 * guard_size, PROT_NONE, flags, -1, 0);
}

std::expected<GuardedStack, std::string> GuardedStack::create(std::size_t size) {
  void* const mapping = map(size);
  if (mapping == MAP_FAILED) return std::unexpected(failure("mmap of the stack"));
  auto* const bytes = static_cast<std::uint8_t*>(mapping);
  if (mprotect(bytes + guard_size, size, PROT_READ | PROT_WRITE) != 0) {
    munmap(mapping, size + 2 * guard_size);
    return std::unexpected(failure("mprotect of the stack"));
  }
  GuardedStack stack(bytes, size);
  stack.paint(stack.lowest(), reinterpret_cast<std::uint64_t*>(stack.top()));
  return stack;
}

GuardedStack::GuardedStack(GuardedStack&& other) noexcept
    : mapping_(std::exchange(other.mapping_, nullptr)), size_(other.size_) {}

GuardedStack::~GuardedStack() {
  if (mapping_ != nullptr) munmap(mapping_, size_ + 2 * guard_size);
}

std::uint64_t GuardedStack::top() const {
  return reinterpret_cast<std::uint64_t>(mapping_ + guard_size + size_ - last_page + first_words);
}

void GuardedStack::place_canaries() {
  auto* const words = reinterpret_cast<std::uint64_t*>(top());
  for (std::size_t i = 0; i < canary_words; ++i) words[i] = canary + i;
}

bool GuardedStack::canaries_intact() const {
  const auto* const words = reinterpret_cast<const std::uint64_t*>(top());
  bool intact = true;
  for (std::size_t i = 0; i < canary_words; ++i) intact &= words[i] == canary + i;
  return intact;
}

std::uint64_t* GuardedStack::lowest() const { return reinterpret_cast<std::uint64_t*>(mapping_ + guard_size); }

void GuardedStack::paint(std::uint64_t* from, std::uint64_t* to) { std::fill(from, to, unused); }

namespace {
/// Bits that differ from the pattern in any of the words; without a branch a word, so that the compiler can
/// take many words at once.
std::uint64_t differences(const std::uint64_t* from, const std::uint64_t* to) {
  std::uint64_t bits = 0;
  for (const std::uint64_t* word = from; word != to; ++word) bits |= *word ^ unused;
  return bits;
}
}  // namespace

std::uint64_t GuardedStack::take_high_water(std::size_t longest_gap) {
  auto* const top_word = reinterpret_cast<std::uint64_t*>(top());
  const auto step = static_cast<std::ptrdiff_t>((longest_gap + 7) / 8);
  std::uint64_t* deepest = top_word;
  for (std::uint64_t* end = top_word; end != lowest();) {
    std::uint64_t* const begin = end - lowest() > step ? end - step : lowest();
    if (differences(begin, end) == 0) break;
    deepest = std::find_if(begin, end, [](std::uint64_t word) { return word != unused; });
    end = begin;
  }
  paint(deepest, top_word);
  return static_cast<std::uint64_t>(top_word - deepest) * sizeof *top_word;
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

}  // namespace tailbound::engine::x86_64
