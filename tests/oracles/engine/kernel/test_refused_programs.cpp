// Programs one step beyond a limit: refused by the running kernel and by tailbound, for the same reason.
#include "oracles/engine/kernel/refused_programs.hpp"

#include <gtest/gtest.h>
#include <sys/utsname.h>

#include <cstdio>

#include "jit/bpf/limits.hpp"
#include "oracles/engine/kernel/runner.hpp"

namespace tailbound::test {

namespace {

using namespace engine::kernel;

TEST(RefusedPrograms, AreRefusedByEveryLimitsRecord) {
  for (const RefusedProgram& row : refused_programs()) {
    for (const bpf::Limits& limits : bpf::all_limits())
      EXPECT_NE(row.own(limits.name).find(row.own_words), std::string::npos)
          << row.name << " under " << limits.name << ": " << row.own(limits.name);
  }
}

TEST(RefusedPrograms, AreRefusedByTheRunningKernel) {
  if (const std::string why = why_no_bpf(); !why.empty()) GTEST_SKIP() << why;
  utsname names{};
  ASSERT_EQ(::uname(&names), 0);
  unsigned major = 0;
  unsigned minor = 0;
  ASSERT_EQ(std::sscanf(names.release, "%u.%u", &major, &minor), 2);
  Runner runner;
  for (const RefusedProgram& row : refused_programs())
    EXPECT_EQ(refusal_fault(row, runner.execute(row.request()).answers.at(0), major, minor), "");
}

TEST(RefusedPrograms, AnotherReasonIsSeen) {
  const RefusedProgram& row = refused_programs()[1];
  Answer answer;
  EXPECT_EQ(refusal_fault(row, answer, 6, 12), "9-frames: the kernel takes it");
  answer.refusal = {.stage = Refusal::Stage::map, .position = 0, .error = 1, .log = {}};
  EXPECT_EQ(refusal_fault(row, answer, 6, 12), "9-frames: refused at map 0, expected at program");
  answer.refusal = {.stage = Refusal::Stage::program, .position = 0, .error = 13, .log = "R9 !read_ok"};
  EXPECT_TRUE(refusal_fault(row, answer, 6, 12).ends_with("end of its log:\nR9 !read_ok"));
  answer.refusal.log = "the call stack of 9 frames is too deep !";
  EXPECT_EQ(refusal_fault(row, answer, 6, 12), "");
}

}  // namespace

}  // namespace tailbound::test
