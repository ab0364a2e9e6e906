// The selftest pair: built by clang for BPF and against our stand-in of the runner, run on this machine's
// kernel.
#include <gtest/gtest.h>

#include "gen/generate.hpp"
#include "reports/files.hpp"
#include "tests/reports/reproduce/subjects.hpp"
#include "tests/reports/scratch_folder.hpp"
#include "tests/support/source_dir.hpp"

namespace tailbound::test {

namespace {

std::string stand_in() { return (source_dir() / "tests/reports/selftests").string(); }

/// Both halves in the folder, built; the error is what a compiler said.
std::string build(const ScratchFolder& folder, const reports::Subject& subject) {
  const auto made = reports::selftest_reproducer(subject);
  if (!made) return made.error();
  for (const reports::ReproducerFile& file : *made) {
    if (const auto written = reports::write_file(folder.path() / file.path, file.content); !written)
      return written.error();
  }
  const ScratchFolder::End built = folder.run(
      "clang-19 -target bpf -mcpu=v3 -O2 -g -Wall -Werror -I/usr/include/x86_64-linux-gnu -c progs/sample.c -o "
      "sample.bpf.o && clang-19 -Wall -Wextra -Werror -DTEST=test_sample -I" +
      stand_in() + " prog_tests/sample.c " + stand_in() + "/runner.c -o runner -lbpf");
  return built.exit == 0 ? "" : built.output;
}

void expect_held_on_this_kernel(const reports::Subject& subject) {
  if (!has_program("clang-19")) GTEST_SKIP() << "no clang-19";
  const ScratchFolder folder;
  ASSERT_EQ(build(folder, subject), "");
  if (const std::string why = why_not_on_this_kernel(subject.scenario); !why.empty()) GTEST_SKIP() << why;
  const ScratchFolder::End ran = folder.run("./runner");
  EXPECT_EQ(ran.exit, 0) << ran.output << bpf::print_graph(subject.scenario);
  EXPECT_NE(ran.output.find(" held, 0 failed"), std::string::npos) << ran.output;
}

TEST(Selftest, OfTheHierarchyHoldsOnThisKernel) { expect_held_on_this_kernel(subject(hierarchy)); }
TEST(Selftest, OfEveryStatementHoldsOnThisKernel) { expect_held_on_this_kernel(subject(rich)); }

/// The compiler keeps each call, tail call, branch and value of generated scenarios.
TEST(Selftest, OfGeneratedScenariosHoldsOnThisKernel) {
  int made = 0;
  for (std::uint64_t seed = 1; made < 8; ++seed) {
    gen::ByteSource source(seed);
    bpf::Scenario scenario = gen::generate(source, {});
    if (reports::beyond_system_calls(scenario) || reports::sound_stack_bound(scenario) > 8192) continue;
    const reports::Subject candidate = subject(std::move(scenario));
    if (!reports::selftest_reproducer(candidate)) continue;  // an asm block on the stack
    ++made;
    SCOPED_TRACE("seed " + std::to_string(seed));
    expect_held_on_this_kernel(candidate);
    if (testing::Test::IsSkipped() || testing::Test::HasFatalFailure()) return;
  }
}

/// What is expected is compared: another number fails.
TEST(Selftest, FailsWhereTheRunIsAnother) {
  if (!has_program("clang-19")) GTEST_SKIP() << "no clang-19";
  const reports::Subject made_from = subject(hierarchy);
  const ScratchFolder folder;
  ASSERT_EQ(build(folder, made_from), "");
  const ScratchFolder::End rebuilt = folder.run(
      "sed -i 's/.tail_calls = 33/.tail_calls = 1375/' prog_tests/sample.c && clang-19 -DTEST=test_sample -I" +
      stand_in() + " prog_tests/sample.c " + stand_in() + "/runner.c -o runner -lbpf");
  ASSERT_EQ(rebuilt.exit, 0) << rebuilt.output;
  if (const std::string why = why_not_on_this_kernel(made_from.scenario); !why.empty()) GTEST_SKIP() << why;
  const ScratchFolder::End ran = folder.run("./runner");
  EXPECT_EQ(ran.exit, 1) << ran.output;
  EXPECT_NE(ran.output.find("tail calls: actual 33, expected 1375"), std::string::npos) << ran.output;
}

TEST(Object, IsWhatTheBpfTargetMakesOfTheProgram) {
  if (!has_program("clang-19")) GTEST_SKIP() << "no clang-19";
  const auto made = reports::object_reproducer(subject(hierarchy));
  ASSERT_TRUE(made.has_value()) << made.error();
  const std::string& object = made->front().content;
  EXPECT_TRUE(object.starts_with("\177ELF"));
  EXPECT_EQ(static_cast<unsigned char>(object[18]), 247);  // e_machine: EM_BPF
  EXPECT_NE(object.find(".maps"), std::string::npos);
}

}  // namespace

}  // namespace tailbound::test
