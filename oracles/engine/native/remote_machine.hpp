// A runner as the machine that runs generated code: another arch's, under an emulator. Memory is shared, so
// code and data are written here, and stack, ledger and cells read here; the runner only runs.
#pragma once

#include <functional>
#include <memory>

#include "oracles/engine/native/machine.hpp"
#include "oracles/engine/native/runner_process.hpp"
#include "oracles/engine/native/wire.hpp"

namespace tailbound::engine::native {

class RemoteMachine final : public Machine {
 public:
  /// Starts a runner. Error: what is missing, or what the system or the runner refused.
  static std::expected<std::unique_ptr<RemoteMachine>, std::string> create(const RunnerCommand& command);
  ~RemoteMachine() override;

  Memory code() override { return part(wire::code); }
  PaintedStack& stack() override { return *stack_; }
  Memory data(std::size_t bytes) override;
  EngineWords& words() override { return *reinterpret_cast<EngineWords*>(part(wire::data).here); }
  std::uint64_t words_address() override { return wire::data.address; }
  /// What is not written again need not be published again: that costs two system calls and all translations.
  std::size_t ring_size() const override { return std::size_t{2} << 20; }
  void publish(std::size_t offset, std::size_t size) override;
  void recycle(std::size_t offset) override;
  std::optional<Interruption> call(std::uint64_t enter, std::uint64_t recover, std::chrono::milliseconds limit,
                                   TrapHandler* traps) override;
  std::string_view keep_context(const bpf::GivenContext& context) override;
  void release_context() override { context_ = nullptr; }
  void fill_context(const bpf::GivenContext& context) override;
  void read_context(const bpf::GivenContext& context, std::vector<std::uint8_t>& into) override;
  std::optional<jit::Image> compile(const bpf::Bytecode& program, std::string_view scheme,
                                    const jit::Options& options) override;
  std::string_view trouble() override;

  /// Runners that were started in the place of one that died or hung.
  std::size_t restarts() const { return restarts_; }
  pid_t runner() const { return runner_ ? runner_->pid() : 0; }

 private:
  RemoteMachine(RunnerCommand command, int file, std::uint8_t* memory)
      : command_(std::move(command)), file_(file), memory_(memory) {}
  std::expected<void, std::string> start();
  void map_anew(std::size_t first, std::size_t end);
  Memory part(const wire::Part& part) const { return {memory_ + part.offset, part.address, part.size}; }
  wire::Control& control() const { return *reinterpret_cast<wire::Control*>(memory_ + wire::control.offset); }
  RunnerProcess::Turn take_turn(wire::Request request, std::chrono::milliseconds limit);
  void answer_trap(TrapHandler* traps);
  Interruption lost(RunnerProcess::Turn turn);

  RunnerCommand command_;
  int file_;
  std::uint8_t* memory_;
  std::optional<RunnerProcess> runner_;
  std::optional<PaintedStack> stack_;
  const bpf::GivenContext* context_ = nullptr;
  wire::Range unpublished_;    // may have been translated, and is written anew: published with the next request
  std::size_t published_ = 0;  // where published code ends
  std::size_t executed_ = 0;   // no code from here on has run since it was mapped
  std::size_t restarts_ = 0;
  std::string trouble_;
  pid_t owner_ = 0;
};

}  // namespace tailbound::engine::native
