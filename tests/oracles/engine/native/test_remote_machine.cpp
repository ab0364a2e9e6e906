// A runner that is fed with a few instructions by hand: what it answers, and what its end costs.
#include <gtest/gtest.h>
#include <signal.h>

#include <cstdlib>
#include <cstring>

#include "jit/arm64/assembler.hpp"
#include "jit/arm64/literal.hpp"
#include "oracles/engine/arm64/engine.hpp"
#include "oracles/engine/native/remote_machine.hpp"

namespace tailbound::test {

namespace {

using namespace tailbound::arm64;
using engine::native::find_runner;
using engine::native::Interruption;
using engine::native::RemoteMachine;
using std::chrono::milliseconds;

class RemoteMachineTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto command = find_runner("arm64");
    if (!command) GTEST_SKIP() << command.error();
    auto machine = RemoteMachine::create(*command);
    ASSERT_TRUE(machine.has_value()) << machine.error();
    machine_ = std::move(*machine);
  }

  /// Writes code at `offset`, with a way to go on after a fault behind it, and calls it.
  template <class Emit>
  std::optional<Interruption> run(std::size_t offset, Emit emit, milliseconds limit = milliseconds{2000}) {
    jit::CodeBuffer buffer;
    buffer.ensure(256);
    Assembler a(buffer);
    emit(a);
    a.ret();
    const std::uint32_t recover = a.here();
    // Nothing here uses the stack or a register that a caller keeps, and the return address is still in its
    // register.
    a.ret();
    const auto code = machine_->code();
    std::memcpy(code.here + offset, buffer.bytes().data(), buffer.size());
    machine_->publish(offset, buffer.size());
    return machine_->call(code.address + offset, code.address + offset + recover, limit, nullptr);
  }
  std::uint64_t& word() { return machine_->words().record.returned; }
  std::uint64_t word_address() {
    return machine_->words_address() + offsetof(engine::native::EngineWords, record) +
           offsetof(engine::native::EntryRecord, returned);
  }
  auto store(std::uint16_t value) {
    return [this, value](Assembler& a) {
      a.movz(x9, value, 0);
      emit_mov64(a, x10, word_address());
      a.str(x9, at(x10, 0));
    };
  }
  std::unique_ptr<RemoteMachine> machine_;
};

TEST_F(RemoteMachineTest, RunsWhatIsWritten) {
  EXPECT_FALSE(run(0, store(7)).has_value());
  EXPECT_EQ(word(), 7U);
}

TEST_F(RemoteMachineTest, CodeThatIsWrittenAgainIsWhatRuns) {
  for (std::uint16_t n = 1; n <= 300; ++n) {
    ASSERT_FALSE(run(4096, store(n)).has_value());
    ASSERT_EQ(word(), n);
  }
}

TEST_F(RemoteMachineTest, ARunnerThatIsKilledCostsOneCall) {
  EXPECT_FALSE(run(0, store(1)).has_value());
  kill(machine_->runner(), SIGKILL);
  const auto lost = run(0, store(2));
  ASSERT_TRUE(lost.has_value());
  EXPECT_EQ(engine::native::fault_of(*lost).kind, "runner died");
  EXPECT_EQ(lost->signal, SIGKILL);
  EXPECT_FALSE(run(0, store(3)).has_value());
  EXPECT_EQ(word(), 3U);
  EXPECT_EQ(machine_->restarts(), 1U);
}

TEST_F(RemoteMachineTest, AFaultIsAnAnswer) {
  const auto fault = run(0, [](Assembler& a) {
    a.movz(x9, 0x123, 1);
    a.ldr(x9, at(x9, 0));
  });
  ASSERT_TRUE(fault.has_value());
  EXPECT_EQ(fault->signal, SIGSEGV);
  EXPECT_EQ(fault->address, 0x1230000U);
  EXPECT_EQ(machine_->restarts(), 0U);
}

TEST_F(RemoteMachineTest, ALoopEndsAtTheLimit) {
  const auto late = run(
      0, [](Assembler& a) { a.b(0); }, milliseconds{100});
  ASSERT_TRUE(late.has_value());
  EXPECT_EQ(late->status, RunStatus::timeout);
  EXPECT_EQ(machine_->restarts(), 0U);
}

// --- runners that are none ---

/// What the engine says when the runner is this file.
std::string reason_with(const char* file) {
  setenv("TAILBOUND_RUNNER_ARM64", file, 1);
  const auto engine = engine::make_arm64({.scheme = arm64::find_scheme("pointer"), .options = {}});
  const std::string why = engine->unavailable().value_or("available");
  unsetenv("TAILBOUND_RUNNER_ARM64");
  return why;
}

TEST(Runner, OneThatIsMissingIsNamedWithWhatToInstall) {
  if (!find_runner("arm64")) GTEST_SKIP() << find_runner("arm64").error();
  EXPECT_EQ(reason_with("/nowhere/runner"),
            "there is no runner /nowhere/runner; install g++-aarch64-linux-gnu and build again");
}

TEST(Runner, AnotherProgramIsNone) {
  if (!find_runner("arm64")) GTEST_SKIP() << find_runner("arm64").error();
  EXPECT_EQ(reason_with("/bin/true"), "the runner ended at once");
}

TEST(Runner, WithoutAnEmulatorThePackageIsNamed) {
  const std::string path = std::getenv("PATH");
  setenv("PATH", "/nowhere", 1);
  const auto command = find_runner("arm64");
  setenv("PATH", path.c_str(), 1);
  ASSERT_FALSE(command.has_value());
  EXPECT_EQ(command.error(), "qemu-aarch64 is not in PATH; install qemu-user");
}

}  // namespace

}  // namespace tailbound::test
