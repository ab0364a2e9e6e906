#include "oracles/engine/vm/qemu.hpp"

#include <gtest/gtest.h>

#include <algorithm>

using namespace tailbound::engine::vm;

namespace {

std::vector<std::string> command_for(Architecture architecture, bool hardened = false) {
  const Machine& machine = machine_of(architecture);
  return qemu_command({.machine = &machine,
                       .kernel = "/k/vmlinuz",
                       .initramfs = {},
                       .cpu = std::string(machine.fast_cpu),
                       .hardened = hardened},
                      {.initramfs = 3, .console = 4, .jobs = 5, .beat = 6, .errors = 7});
}

bool has(const std::vector<std::string>& words, std::string_view word) {
  return std::ranges::count(words, word) != 0;
}

TEST(Qemu, AHardenedGuestIsSoFromItsStart) {
  constexpr std::string_view setting = " sysctl.net.core.bpf_jit_harden=2";
  for (const bool hardened : {false, true}) {
    const auto words = command_for(Architecture::arm64, hardened);
    const auto parameters = std::ranges::find(words, "-append") + 1;
    ASSERT_LT(parameters, words.end());
    EXPECT_EQ(parameters->ends_with(setting), hardened) << *parameters;
  }
}

TEST(Qemu, NothingButConsoleAndTwoPorts) {
  for (const Machine& machine : machines()) {
    const auto words = command_for(machine.architecture);
    EXPECT_TRUE(has(words, "-nodefaults") && has(words, "-no-reboot"));
    for (const char* const word :
         {"-net", "-nic", "-netdev", "-drive", "-blockdev", "-hda", "-fsdev", "-virtfs"})
      EXPECT_FALSE(has(words, word)) << word;
    EXPECT_EQ(std::ranges::count(words, "-device"), 3);
    EXPECT_TRUE(has(words, "/proc/self/fd/3"));
    EXPECT_TRUE(has(words, "socket,id=jobs,fd=5"));
  }
}

TEST(Qemu, ModelAndConsoleOfTheMachine) {
  const auto words = command_for(Architecture::arm64);
  EXPECT_EQ(words[0], "qemu-system-aarch64");
  EXPECT_TRUE(has(words, "cortex-a57"));
  EXPECT_TRUE(
      std::ranges::any_of(words, [](const auto& word) { return word.starts_with("console=ttyAMA0 "); }));
}

}  // namespace
