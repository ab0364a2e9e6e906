// A runner's side of the wire.
#pragma once

#include <expected>
#include <memory>
#include <string>

#include "jit/emit/executable_memory.hpp"
#include "oracles/engine/native/given_context.hpp"
#include "oracles/engine/native/guard.hpp"
#include "oracles/engine/native/wire.hpp"

namespace tailbound::engine::runner {

class Session final : public native::TrapHandler {
 public:
  /// Maps the parts of `file`; `line` is the socket. Error: what the system refused.
  static std::expected<std::unique_ptr<Session>, std::string> open(int file, int line);

  /// Answers until the engine hangs up.
  void serve();
  /// Asks the engine what to do.
  bool on_trap(std::uint64_t& pc) override;

 private:
  Session(int line, native::wire::Control& control, jit::ExecutableMemory code)
      : line_(line), control_(control), code_(std::move(code)) {}
  bool answer(native::wire::Answer answer);
  void run();
  void compile();
  void fail(const std::string& why);
  void publish();

  int line_;
  native::wire::Control& control_;
  jit::ExecutableMemory code_;
  native::GivenContextPlace context_;
};

}  // namespace tailbound::engine::runner
