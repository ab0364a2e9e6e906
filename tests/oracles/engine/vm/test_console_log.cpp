#include "oracles/engine/vm/console_log.hpp"

#include <gtest/gtest.h>

using namespace tailbound::engine::vm;

namespace {

struct Row {
  const char* console;
  std::string_view kind;
  const char* line;
};

/// Lines as the two kernels print them.
constexpr Row rows[] = {
    {"[    0.5] Linux version 6.1\r\n", "", ""},
    {"[    9.1] BUG: TASK stack guard page was hit at 00000000 (stack is 1..2)\r\n[    9.2] Oops: stack guard "
     "page: 0000 "
     "[#1] SMP\r\n[    9.3] Kernel panic - not syncing: Fatal exception\r\n",
     end_kind::stack_overflow, "BUG: TASK stack guard page was hit at 00000000 (stack is 1..2)"},
    {"[    7.0] Insufficient stack space to handle exception!\r\n[    7.1] Kernel panic - not syncing: kernel "
     "stack overflow\r\n",
     end_kind::stack_overflow, "Kernel panic - not syncing: kernel stack overflow"},
    {"[    7.0] BUG: unable to handle page fault for address: 0f\r\n[    7.1] Kernel panic - not syncing: "
     "Fatal exception\r\n",
     end_kind::oops, "BUG: unable to handle page fault for address: 0f"},
    {"[   30.0] watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [init:1]\r\n[   30.1] Kernel panic - not "
     "syncing: softlockup\r\n",
     end_kind::hang, "watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [init:1]"},
    {"[    1.0] Kernel panic - not syncing: Attempted to kill init! exitcode=0x0000000b\r\n", end_kind::panic,
     "Kernel panic - not syncing: Attempted to kill init! exitcode=0x0000000b"},
};

TEST(ConsoleLog, TheWorstThatItTells) {
  for (const Row& row : rows) {
    const ConsoleEnd end = console_end(row.console);
    EXPECT_EQ(end.kind, row.kind) << row.console;
    EXPECT_EQ(end.line, row.line);
  }
}

TEST(ConsoleLog, WhatInitFoundMissing) {
  const auto options = lacking(
      "[ 1.0] a\r\ntailbound-init: lacks CONFIG_BPF_JIT (no file)\r\n[ 2.0] tailbound-init: lacks CONFIG_PCI "
      "(no)\r\nlacks x\r\n");
  EXPECT_EQ(options, (std::vector<std::string>{"CONFIG_BPF_JIT (no file)", "CONFIG_PCI (no)"}));
}

TEST(ConsoleLog, WhatTheKernelSaysBeforeInit) {
  EXPECT_EQ(
      lacking("[ 1.0] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)\r\n"),
      (std::vector<std::string>{"CONFIG_BLK_DEV_INITRD=y (it did not take the initramfs)"}));
}

TEST(ConsoleLog, LastLines) {
  EXPECT_EQ(last_lines("a\r\nb\r\nc\r\n", 2), "b\nc");
  EXPECT_EQ(last_lines("a\r\n", 2), "a");
  EXPECT_EQ(last_lines("", 2), "");
}

}  // namespace
