// Findings as text, JSON and files.
#include "reports/finding.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "fuzz/campaign/engines.hpp"
#include "fuzz/campaign/investigate.hpp"
#include "jit/bpf/graph.hpp"
#include "reports/files.hpp"
#include "reports/json/json.hpp"

namespace tailbound::test {

namespace {

namespace fs = std::filesystem;

reports::Finding finding_of(const char* text) {
  auto engines = fuzz::make_engines({.engines = {"x86_64"}, .scheme = "by-value"});
  EXPECT_TRUE(engines.has_value());
  Judge judge(std::move(*engines));
  auto scenario = bpf::parse_graph(text);
  EXPECT_TRUE(scenario.has_value()) << scenario.error().text();
  auto finding = fuzz::investigate(judge, *scenario, true, false);
  EXPECT_TRUE(finding.has_value());
  finding->scheme = "by-value";
  return std::move(*finding);
}

constexpr const char* hierarchy =
    "array a[1] { 0: p }\nprogram p { call f; call f; return 1; subprog f { tail_call a[0]; return 0 } }\nrun "
    "p\n";
constexpr const char* renamed =
    "array table[1] { 0: entry }\nprogram entry { call tail; helper random; call tail; return 1; subprog tail "
    "{ stack 9; "
    "tail_call table[0]; return 0 } }\nrun entry\n";

TEST(Signature, IgnoresNamesAndWhatReductionDrops) {
  EXPECT_EQ(reports::signature(finding_of(hierarchy)), reports::signature(finding_of(renamed)));
}

TEST(Signature, NamesPropertyAndClassButNoScheme) {
  const std::string signature = reports::signature(finding_of(hierarchy));
  EXPECT_TRUE(signature.starts_with("bound-exceeded-")) << signature;
  EXPECT_EQ(signature.find("by-value"), std::string::npos);
}

TEST(FindingText, ShowsCountsPartingStackAndReplay) {
  const std::string text = reports::text(finding_of(hierarchy), "findings/x.graph");
  for (const char* part : {"at most 33 are allowed", "tail calls", "the traces part at entry 71", "count 33",
                           "more frames", "bytes of machine stack",
                           "replay   ./tailbound run findings/x.graph --engine x86_64 --scheme by-value"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

TEST(FindingJson, HasWhatScriptsNeed) {
  const auto object = nlohmann::json::parse(reports::finding_json(finding_of(hierarchy), "f.graph"));
  EXPECT_EQ(object.at("property"), "bound");
  EXPECT_EQ(object.at("file"), "f.graph");
  EXPECT_EQ(object.at("scheme"), "by-value");
  EXPECT_EQ(object.at("expected").at("tail_calls"), 33);
  EXPECT_GT(object.at("observed").at("tail_calls"), 33);
  EXPECT_EQ(object.at("parting_entry"), 71);
}

TEST(Replay, NamesEnginesAndSchemeAndQuotesTheFile) {
  reports::Finding finding = finding_of(hierarchy);
  finding.engines = {"interpreter", "x86_64"};
  finding.oracles = OracleSet::all();
  EXPECT_EQ(reports::replay_arguments(finding, "my dir/it's.graph"),
            "run 'my dir/it'\\''s.graph' --engine interpreter,x86_64 --scheme by-value");
  finding.oracles = *parse_oracle_set("bound,frame");
  EXPECT_TRUE(reports::replay_arguments(finding, "f").ends_with(" --only bound,frame"));
  finding.recorded = true;
  EXPECT_EQ(reports::replay_arguments(finding, "my dir/it's.graph"), "replay 'my dir/it'\\''s.graph'");
}

TEST(Json, ReplacesBytesThatAreNoText) {
  EXPECT_NE(reports::finding_json(finding_of(hierarchy), "bad\xff.graph").find("bad"), std::string::npos);
}

class Files : public testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_); }
  void TearDown() override { fs::remove_all(folder_); }
  fs::path folder_ = fs::temp_directory_path() / ("tailbound-test-" + std::to_string(getpid()));
};

TEST_F(Files, WrittenFilesAreReadBack) {
  const fs::path path = folder_ / "deep" / "file";
  ASSERT_TRUE(reports::write_file(path, "content").has_value());
  EXPECT_EQ(reports::read_file(path, 100).value(), "content");
  ASSERT_TRUE(reports::write_file(path, "new").has_value());
  EXPECT_EQ(reports::read_file(path, 100).value(), "new");
}

TEST_F(Files, LeaveNothingBesideThem) {
  ASSERT_TRUE(reports::write_file(folder_ / "file", "content").has_value());
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
}

TEST_F(Files, NewFilesNeverReplaceOthers) {
  const fs::path path = folder_ / "x.graph";
  EXPECT_EQ(reports::write_new_file(path, "one").value(), path);
  EXPECT_EQ(reports::write_new_file(path, "one").value(), path) << "the same content is the same file";
  EXPECT_EQ(reports::write_new_file(path, "two").value(), folder_ / "x-2.graph");
  EXPECT_EQ(reports::read_file(path, 100).value(), "one");
}

TEST_F(Files, NewFilesOfTwoProcessesAtOnceAreAllThere) {
  const auto write = [&](char who) {
    for (int i = 0; i < 50; ++i) {
      if (!reports::write_new_file(folder_ / "x", std::string(1, who) + std::to_string(i))) _exit(1);
    }
  };
  const pid_t other = fork();
  if (other == 0) {
    write('a');
    _exit(0);
  }
  write('b');
  int status = 0;
  waitpid(other, &status, 0);
  EXPECT_EQ(status, 0);
  std::set<std::string> contents;
  for (const auto& file : fs::directory_iterator(folder_)) contents.insert(reports::read_file(file.path(), 9).value());
  EXPECT_EQ(contents.size(), 100U);
}

TEST_F(Files, AFullDeviceIsAnErrorAndKeepsTheOldFile) {
  ASSERT_TRUE(reports::write_file(folder_ / "file", "old").has_value());
  // The part file's name is known: a link to /dev/full stands for a full disk.
  fs::create_symlink("/dev/full", folder_ / ("file.part" + std::to_string(getpid())));
  EXPECT_FALSE(reports::write_file(folder_ / "file", "new").has_value());
  EXPECT_EQ(reports::read_file(folder_ / "file", 100).value(), "old");
}

TEST_F(Files, ReadingSaysWhatIsWrong) {
  EXPECT_EQ(reports::read_file(folder_ / "absent", 10).error(),
            (folder_ / "absent").string() + ": there is no such file");
  EXPECT_EQ(reports::read_file(folder_, 10).error(), folder_.string() + ": not a regular file");
  ASSERT_TRUE(reports::write_file(folder_ / "long", "12345678901").has_value());
  EXPECT_NE(reports::read_file(folder_ / "long", 10).error().find("expected at most 10"), std::string::npos);
}

}  // namespace

}  // namespace tailbound::test
