#include "oracles/engine/native/remote_machine.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "oracles/engine/native/given_context.hpp"
#include "oracles/engine/native/parcel.hpp"

namespace tailbound::engine::native {

namespace {

using std::chrono::milliseconds;

std::string failure(const char* what) { return std::string(what) + ": " + std::strerror(errno); }

/// What a runner may take beyond the limit that it keeps itself: translation, and a tick of its clock.
constexpr milliseconds grace{3000};
/// A program of the largest scenario takes a fraction of this.
constexpr milliseconds compile_limit{10000};

}  // namespace

std::expected<std::unique_ptr<RemoteMachine>, std::string> RemoteMachine::create(const RunnerCommand& command) {
  const int file = memfd_create("tailbound runner", MFD_CLOEXEC);
  if (file < 0) return std::unexpected(failure("memfd_create"));
  void* memory = MAP_FAILED;
  if (ftruncate(file, static_cast<off_t>(wire::file_size)) == 0) {
    memory = mmap(nullptr, wire::file_size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  }
  if (memory == MAP_FAILED) {
    const std::string why = failure("memory of the runner");
    close(file);
    return std::unexpected(why);
  }
  auto machine =
      std::unique_ptr<RemoteMachine>(new RemoteMachine(command, file, static_cast<std::uint8_t*>(memory)));
  if (auto started = machine->start(); !started) return std::unexpected(started.error());
  new (machine->part(wire::data).here) EngineWords;
  return machine;
}

RemoteMachine::~RemoteMachine() {
  munmap(memory_, wire::file_size);
  close(file_);
}

std::expected<void, std::string> RemoteMachine::start() {
  new (&control()) wire::Control;
  auto runner = RunnerProcess::start(command_, file_);
  if (!runner) return std::unexpected(runner.error());
  const wire::Control& hello = control();
  if (hello.magic != wire::magic || hello.version != wire::version || hello.bytes != sizeof(wire::Control) ||
      hello.words_bytes != sizeof(EngineWords)) {
    return std::unexpected("the runner is of version " + std::to_string(hello.version) +
                           ", this program's is " + std::to_string(wire::version) + "; build both again");
  }
  if (!stack_) {
    stack_.emplace(part(wire::stack).here, stack_size, hello.stack_address);
  } else if (stack_->top_address() !=
             hello.stack_address + (stack_->top() - reinterpret_cast<std::uint64_t>(part(wire::stack).here))) {
    return std::unexpected("the runner's stack lies at another address than the last one's");
  }
  runner_ = std::move(*runner);
  owner_ = getpid();
  unpublished_ = {};
  published_ = executed_ = 0;
  return {};
}

/// A runner that is gone is started again.
std::string_view RemoteMachine::trouble() {
  if (!trouble_.empty()) return trouble_;
  if (runner_ && owner_ != getpid()) return trouble_ = "its runner belongs to another process";
  if (runner_) return {};
  ++restarts_;
  if (auto started = start(); !started) trouble_ = started.error();
  return trouble_;
}

Memory RemoteMachine::data(std::size_t) {
  constexpr std::size_t behind_words = (sizeof(EngineWords) + 63) / 64 * 64;
  const Memory all = part(wire::data);
  return {all.here + behind_words, all.address + behind_words, all.size - behind_words};
}

/// Fresh code needs nothing: the emulator has not seen it.
void RemoteMachine::publish(std::size_t offset, std::size_t size) {
  if (offset < executed_) map_anew(offset, offset + size);
  published_ = std::max(published_, offset + size);
}

/// At once, rather than scenario by scenario.
void RemoteMachine::recycle(std::size_t offset) {
  if (offset < executed_) map_anew(offset, executed_);
  published_ = executed_ = offset;
}

void RemoteMachine::map_anew(std::size_t first, std::size_t end) {
  if (unpublished_.size != 0) {
    first = std::min<std::size_t>(first, unpublished_.offset);
    end = std::max<std::size_t>(end, unpublished_.offset + unpublished_.size);
  }
  unpublished_ = {.offset = static_cast<std::uint32_t>(first), .size = static_cast<std::uint32_t>(end - first)};
}

RunnerProcess::Turn RemoteMachine::take_turn(wire::Request request, milliseconds limit) {
  wire::Control& c = control();
  c.request = request;
  c.publish = std::exchange(unpublished_, {});
  executed_ = std::max(executed_, published_);
  return runner_->take_turn(limit);
}

std::optional<Interruption> RemoteMachine::call(std::uint64_t enter, std::uint64_t recover, milliseconds limit,
                                                TrapHandler* traps) {
  if (!runner_ && !trouble().empty()) return Interruption{.kind = "no runner"};
  wire::Control& c = control();
  c.enter = enter;
  c.recover = recover;
  c.limit_ms = static_cast<std::uint32_t>(limit.count());
  c.traps = traps != nullptr ? 1 : 0;
  c.context_given = context_ != nullptr ? 1 : 0;
  c.context_bytes = context_ != nullptr ? context_->bytes.size() : 0;
  c.context_writable = context_ != nullptr && context_->writable ? 1 : 0;
  const milliseconds patience = limit.count() == 0 ? limit : limit + grace;
  auto turn = take_turn(wire::Request::run, patience);
  while (turn == RunnerProcess::Turn::given && c.answer == wire::Answer::trapped) {
    answer_trap(traps);
    turn = take_turn(wire::Request::go_on, patience);
  }
  if (turn != RunnerProcess::Turn::given) return lost(turn);
  if (c.answer == wire::Answer::finished) return std::nullopt;
  if (c.answer != wire::Answer::interrupted) return Interruption{.kind = "runner refused"};
  return Interruption{.status = c.timed_out != 0 ? RunStatus::timeout : RunStatus::fault,
                      .signal = c.signal,
                      .address = c.fault_address,
                      .pc = c.pc};
}

void RemoteMachine::answer_trap(TrapHandler* traps) {
  wire::Control& c = control();
  std::uint64_t pc = c.pc;
  c.taken = traps != nullptr && traps->on_trap(pc) ? 1 : 0;
  c.pc = pc;
}

/// The run that was under way is over; the next one finds another runner.
Interruption RemoteMachine::lost(RunnerProcess::Turn turn) {
  const int signal = runner_->death_signal();
  runner_.reset();
  if (turn == RunnerProcess::Turn::hung) return {.status = RunStatus::timeout, .kind = "runner hung"};
  return {.status = RunStatus::fault, .signal = signal, .kind = "runner died"};
}

std::string_view RemoteMachine::keep_context(const bpf::GivenContext& context) {
  if (context.bytes.size() > bpf::given_context_limit) return "the given context is larger than a mebibyte";
  context_ = &context;
  return {};
}

void RemoteMachine::fill_context(const bpf::GivenContext& context) {
  fill_given_context(context, part(wire::context).here);
}

void RemoteMachine::read_context(const bpf::GivenContext& context, std::vector<std::uint8_t>& into) {
  const std::uint8_t* const bytes = part(wire::context).here;
  into.assign(bytes, bytes + context.bytes.size());
}

/// An image without code, which equals none, where the runner fails.
std::optional<jit::Image> RemoteMachine::compile(const bpf::Bytecode& program, std::string_view scheme,
                                                 const jit::Options& options) {
  jit::Image image;
  const Memory room = part(wire::parcel);
  if (!trouble().empty() || !write_order({room.here, room.size}, {std::string(scheme), options, program}))
    return image;
  const auto turn = take_turn(wire::Request::compile, compile_limit);
  if (turn != RunnerProcess::Turn::given) lost(turn);
  else if (control().answer == wire::Answer::compiled) read_image({room.here, room.size}, image);
  return image;
}

}  // namespace tailbound::engine::native
