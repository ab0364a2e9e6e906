// The C reproducer: built and run on this machine's kernel, and the bytes it would load are the lowering's.
#include <gtest/gtest.h>

#include <algorithm>

#include "reports/files.hpp"
#include "tests/reports/reproduce/subjects.hpp"
#include "tests/reports/scratch_folder.hpp"

namespace tailbound::test {

namespace {

constexpr const char* compiler = "cc -static -O2 -Wall -Wextra -Werror -o program program.c";

std::string text_of(const reports::Subject& subject) {
  const auto made = reports::c_reproducer(subject);
  EXPECT_TRUE(made.has_value()) << (made ? "" : made.error());
  return made ? made->front().content : "";
}

ScratchFolder::End build(const ScratchFolder& folder, const std::string& text) {
  EXPECT_TRUE(reports::write_file(folder.path() / "program.c", text).has_value());
  return folder.run(compiler);
}

void expect_as_expected_on_this_kernel(const char* graph) {
  if (!has_program("cc")) GTEST_SKIP() << "no C compiler (Debian package gcc)";
  const reports::Subject made_from = subject(graph);
  const ScratchFolder folder;
  const ScratchFolder::End built = build(folder, text_of(made_from));
  ASSERT_EQ(built.exit, 0) << built.output;
  if (const std::string why = why_not_on_this_kernel(made_from.scenario); !why.empty()) GTEST_SKIP() << why;
  const ScratchFolder::End ran = folder.run("./program");
  EXPECT_EQ(ran.exit, 0) << ran.output;
  EXPECT_NE(ran.output.find("as expected ("), std::string::npos) << ran.output;
  EXPECT_NE(ran.output.find("exit code 0"), std::string::npos) << ran.output;
}

TEST(CReproducer, OfTheHierarchyHasAtMost150Lines) {
  const std::string text = text_of(subject(hierarchy));
  EXPECT_LE(std::ranges::count(text, '\n'), 150);
}

TEST(CReproducer, OfTheHierarchyRunsOnThisKernel) { expect_as_expected_on_this_kernel(hierarchy); }
TEST(CReproducer, OfEveryStatementRunsOnThisKernel) { expect_as_expected_on_this_kernel(rich); }

/// The expected numbers are compared, not printed alone: with another one in their place it exits with 1.
TEST(CReproducer, SaysWhereARunDiffers) {
  if (!has_program("cc")) GTEST_SKIP() << "no C compiler (Debian package gcc)";
  const reports::Subject made_from = subject(hierarchy);
  std::string text = text_of(made_from);
  const std::string row = "{0, 33, 35, 102";
  ASSERT_NE(text.find(row), std::string::npos) << text;
  text.replace(text.find(row), row.size(), "{0, 1375, 35, 102");
  const ScratchFolder folder;
  ASSERT_EQ(build(folder, text).exit, 0);
  if (const std::string why = why_not_on_this_kernel(made_from.scenario); !why.empty()) GTEST_SKIP() << why;
  const ScratchFolder::End ran = folder.run("./program");
  EXPECT_EQ(ran.exit, 1) << ran.output;
  EXPECT_NE(ran.output.find("expected 1375 (the model), observed 33  <- differs"), std::string::npos)
      << ran.output;
}

TEST(CReproducer, RefusesWhatComesDuringARun) {
  const auto made = reports::c_reproducer(
      subject("array a[1]\nprogram p { tail_call a[0]; return 1 }\nat entry of p #1: set a[0] = p\nrun p\n"));
  ASSERT_FALSE(made.has_value());
  EXPECT_NE(made.error().find("at entry 1 of p, during a run"), std::string::npos) << made.error();
}

}  // namespace

}  // namespace tailbound::test
