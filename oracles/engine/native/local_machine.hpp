// This process as the machine that runs generated code.
#pragma once

#include <expected>
#include <memory>
#include <mutex>

#include "jit/emit/executable_memory.hpp"
#include "oracles/engine/native/machine.hpp"

namespace tailbound::engine::native {

class LocalMachine final : public Machine {
 public:
  /// Error: what the system refused.
  static std::expected<std::unique_ptr<LocalMachine>, std::string> create();

  const jit::ExecutableMemory& executable() const { return code_; }

  Memory code() override { return {code_.writable(), code_.address(), code_.size()}; }
  PaintedStack& stack() override { return stack_; }
  Memory data(std::size_t bytes) override;
  EngineWords& words() override { return words_; }
  std::uint64_t words_address() override { return reinterpret_cast<std::uint64_t>(&words_); }
  /// Enough that code is cold in the instruction cache when it is overwritten, little enough to stay in the
  /// second-level cache.
  std::size_t ring_size() const override { return std::size_t{512} << 10; }
  void publish(std::size_t offset, std::size_t size) override { code_.publish(offset, size); }
  void recycle(std::size_t) override {}
  std::optional<Interruption> call(std::uint64_t enter, std::uint64_t recover, std::chrono::milliseconds limit,
                                   TrapHandler* traps) override {
    return Guard::call(enter, recover, limit, traps);
  }
  std::string_view keep_context(const bpf::GivenContext& context) override;
  void release_context() override { context_lock_ = {}; }
  void fill_context(const bpf::GivenContext& context) override;
  void read_context(const bpf::GivenContext& context, std::vector<std::uint8_t>& into) override;

 private:
  LocalMachine(jit::ExecutableMemory code, GuardedStack stack)
      : code_(std::move(code)), stack_(std::move(stack)) {}

  jit::ExecutableMemory code_;
  GuardedStack stack_;
  EngineWords words_;
  std::vector<std::uint64_t> data_;
  std::unique_lock<std::mutex> context_lock_;
};

}  // namespace tailbound::engine::native
