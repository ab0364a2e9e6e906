#include "oracles/engine/runner/session.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "oracles/engine/runner/compile.hpp"

namespace tailbound::engine::runner {

namespace {

using namespace native;
using wire::Answer;
using wire::Control;
using wire::Part;

/// At its place, or nowhere.
std::uint8_t* map_part(int file, const Part& part) {
  void* const wanted = reinterpret_cast<void*>(part.address);
  void* const got = mmap(wanted, part.size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED_NOREPLACE, file,
                         static_cast<off_t>(part.offset));
  if (got == wanted) return static_cast<std::uint8_t*>(got);
  if (got != MAP_FAILED) munmap(got, part.size);
  return nullptr;
}

/// In the reserved place between guards; 0: not to be had.
std::uint64_t map_stack(int file) {
  const std::size_t bytes = PaintedStack::memory_size(stack_size);
  std::uint8_t* const place = reserve_stack(bytes, stack_size);
  if (place == nullptr) return 0;
  void* const got = mmap(place, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file,
                         static_cast<off_t>(wire::stack.offset));
  return got == MAP_FAILED ? 0 : reinterpret_cast<std::uint64_t>(got);
}

}  // namespace

std::expected<std::unique_ptr<Session>, std::string> Session::open(int file, int line) {
  std::uint8_t* const start = map_part(file, wire::control);
  if (start == nullptr) return std::unexpected("the runner cannot map its control page");
  auto& control = *reinterpret_cast<Control*>(start);
  if (map_part(file, wire::data) == nullptr || map_part(file, wire::parcel) == nullptr) {
    return std::unexpected("the place of the runner's data is taken");
  }
  auto code = jit::ExecutableMemory::adopt(file, wire::code.offset, wire::code.size, wire::code.address);
  if (!code) return std::unexpected(code.error());
  control.stack_address = map_stack(file);
  if (control.stack_address == 0) return std::unexpected("the runner cannot map its stack");
  auto session = std::unique_ptr<Session>(new Session(line, control, std::move(*code)));
  if (!session->context_.reserve(file, wire::context.offset)) {
    return std::unexpected("the address of given contexts is taken in the runner");
  }
  if (auto guard = Guard::install(); !guard) return std::unexpected(guard.error());
  control.magic = wire::magic;
  control.version = wire::version;
  control.bytes = sizeof(Control);
  control.words_bytes = sizeof(EngineWords);
  return session;
}

/// Gives the turn to the engine and waits for it to come back. False: the engine has hung up. Called in signal
/// handlers too.
bool Session::answer(Answer answer) {
  control_.answer = answer;
  std::uint8_t turn = 0;
  if (write(line_, &turn, 1) != 1) return false;
  ssize_t got = 0;
  do got = read(line_, &turn, 1);
  while (got < 0 && errno == EINTR);
  return got == 1;
}

void Session::serve() {
  for (bool on = answer(Answer::ready); on; on = answer(control_.answer)) {
    switch (control_.request) {
      case wire::Request::run: run(); break;
      case wire::Request::compile: compile(); break;
      case wire::Request::go_on: fail("nothing has trapped"); break;
    }
  }
}

void Session::publish() {
  if (control_.publish.size != 0) code_.publish(control_.publish.offset, control_.publish.size);
}

void Session::run() {
  publish();
  if (control_.context_given != 0 && !context_.open(control_.context_bytes, control_.context_writable != 0)) {
    return fail("mprotect of the given context failed");
  }
  const auto interrupted =
      Guard::call(control_.enter, control_.recover, std::chrono::milliseconds(control_.limit_ms),
                  control_.traps != 0 ? this : nullptr);
  control_.answer = interrupted ? Answer::interrupted : Answer::finished;
  if (!interrupted) return;
  control_.timed_out = interrupted->status == RunStatus::timeout ? 1 : 0;
  control_.signal = interrupted->signal;
  control_.fault_address = interrupted->address;
  control_.pc = interrupted->pc;
}

bool Session::on_trap(std::uint64_t& pc) {
  control_.pc = pc;
  if (!answer(Answer::trapped)) _exit(0);
  publish();
  pc = control_.pc;
  return control_.taken != 0;
}

void Session::compile() {
  CompileOrder order;
  const std::span parcel(reinterpret_cast<std::uint8_t*>(wire::parcel.address), wire::parcel.size);
  if (!read_order(parcel, order)) return fail("the program did not arrive");
  jit::Image image;
  if (const std::string why = runner::compile(order, image); !why.empty()) return fail(why);
  if (!write_image(parcel, image)) return fail("the image is too large");
  control_.answer = Answer::compiled;
}

void Session::fail(const std::string& why) {
  control_.why_not.fill('\0');
  why.copy(control_.why_not.data(), control_.why_not.size() - 1);
  control_.answer = Answer::failed;
}

}  // namespace tailbound::engine::runner
