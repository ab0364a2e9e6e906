// Guests of Debian's 6.1, as far as they need no scenario. Skipped, with the reason, where none can be had.
#include "oracles/engine/vm/guest.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include "oracles/engine/vm/console_log.hpp"
#include "oracles/engine/vm/initramfs.hpp"
#include "oracles/engine/vm/kernel_cache.hpp"

using namespace tailbound::engine::vm;

namespace {

class GuestOf : public testing::TestWithParam<Architecture> {
 protected:
  /// The error is the reason to skip.
  static std::expected<GuestMachine, std::string> machine_for(Architecture architecture) {
    const Machine& machine = machine_of(architecture);
    const auto kernel =
        provide_kernel({.line = "6.1", .architecture = architecture, .pinned = {}}, [](const std::string&) {});
    if (!kernel) return std::unexpected(kernel.error());
    auto initramfs = make_initramfs(architecture, kernel->modules);
    if (!initramfs) return std::unexpected(initramfs.error());
    return GuestMachine{.machine = &machine,
                        .kernel = kernel->image,
                        .initramfs = std::move(*initramfs),
                        .cpu = std::string(machine.fast_cpu)};
  }
};

TEST_P(GuestOf, AnswersUntilItIsKilled) {
  const auto machine = machine_for(GetParam());
  if (!machine) GTEST_SKIP() << machine.error();
  auto guest = Guest::boot(*machine);
  if (!guest && guest.error().errors.contains("No such file")) GTEST_SKIP() << guest.error().errors;
  ASSERT_TRUE(guest) << guest.error().detail << guest.error().errors << guest.error().console;
  EXPECT_TRUE(guest->described("release").starts_with("6.1."));
  EXPECT_EQ(guest->described("jit"), "1");
  EXPECT_TRUE(guest->lacks().empty());
  // No request: the runner says so, and goes on.
  for (int i = 0; i < 3; ++i) {
    const auto reply = guest->ask(std::vector<std::uint8_t>{1, 2, 3});
    ASSERT_TRUE(reply) << reply.error().detail << reply.error().console;
    EXPECT_FALSE(reply->empty());
  }
  ::kill(guest->pid(), SIGKILL);
  const auto none = guest->ask(std::vector<std::uint8_t>{1});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, end_kind::exit);
}

INSTANTIATE_TEST_SUITE_P(Architectures, GuestOf, testing::Values(Architecture::amd64, Architecture::arm64),
                         [](const auto& info) { return std::string(machine_of(info.param).name); });

}  // namespace
