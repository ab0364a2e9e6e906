// A corpus folder: what is written is read back, and nothing else in it is touched.
#include "fuzz/driver/corpus.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "fuzz/campaign/child.hpp"
#include "gen/generate.hpp"
#include "jit/bpf/graph.hpp"

namespace tailbound::test {

namespace fs = std::filesystem;

namespace {

class CorpusFolder : public testing::Test {
 protected:
  void TearDown() override { fs::remove_all(folder_); }
  void put(const std::string& name, const std::string& content) const {
    fs::create_directories(folder_);
    std::ofstream(folder_ / name) << content;
  }
  std::string get(const std::string& name) const {
    std::stringstream content;
    content << std::ifstream(folder_ / name).rdbuf();
    return content.str();
  }
  fs::path folder_ = fs::temp_directory_path() / ("tailbound-corpus-" + std::to_string(getpid()));
};

bpf::Scenario scenario_of(std::uint64_t seed) {
  gen::ByteSource source(seed);
  return gen::generate(source, {});
}

/// Without the names: a generated scenario has those that its text gives it.
std::vector<std::string> texts(const std::vector<bpf::Scenario>& scenarios) {
  std::vector<std::string> all;
  for (const bpf::Scenario& scenario : scenarios) all.push_back(bpf::print_graph(scenario));
  std::ranges::sort(all);
  return all;
}

TEST_F(CorpusFolder, IsMadeWhereItIsMissing) {
  EXPECT_TRUE(fuzz::open_corpus(folder_ / "deep").has_value());
  EXPECT_TRUE(fs::is_directory(folder_ / "deep"));
}

TEST_F(CorpusFolder, WhatIsKeptIsReadBackOnce) {
  ASSERT_TRUE(fuzz::open_corpus(folder_).has_value());
  std::vector<bpf::Scenario> kept;
  for (std::uint64_t seed = 0; seed < 20; ++seed) kept.push_back(scenario_of(seed));
  for (int twice = 0; twice < 2; ++twice) {
    for (const bpf::Scenario& scenario : kept) ASSERT_TRUE(fuzz::keep_in_corpus(folder_, scenario).has_value());
  }
  EXPECT_EQ(texts(fuzz::open_corpus(folder_)->scenarios), texts(kept));
}

TEST_F(CorpusFolder, ForeignFilesAreCountedNamedAndLeftAlone) {
  put("0.jpeg", std::string("\xff\xd8\xff\0 picture", 12));
  put("1.graph", "program p { retu");
  put("2.graph", "");
  put("3.graph", std::string(2 << 20, ' '));
  put("4.graph", "program p { return 0 }\nrun p\n");
  put("5.graph.part17", "program p {");
  fs::create_directories(folder_ / "folder");
  ASSERT_EQ(mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  const auto corpus = fuzz::open_corpus(folder_);
  ASSERT_TRUE(corpus.has_value());
  EXPECT_EQ(corpus->scenarios.size(), 1U);
  EXPECT_EQ(corpus->foreign, 6U);
  ASSERT_EQ(corpus->complaints.size(), 3U) << "the first few are named, the others counted";
  EXPECT_NE(corpus->complaints[1].find("1.graph:1:"), std::string::npos) << corpus->complaints[1];
  EXPECT_EQ(get("1.graph"), "program p { retu");
  EXPECT_EQ(get("0.jpeg").size(), 12U);
}

TEST_F(CorpusFolder, AFileIsNoFolder) {
  put("file", "");
  EXPECT_EQ(fuzz::open_corpus(folder_ / "file").error(), (folder_ / "file").string() + ": not a folder");
}

TEST_F(CorpusFolder, AFullDiskLeavesNothingHalfWritten) {
  ASSERT_TRUE(fuzz::open_corpus(folder_).has_value());
  const fuzz::ChildEnd end = fuzz::in_child([&](std::string& message) {
    // No file may grow: what a full disk does, without one.
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit none{0, 0};
    setrlimit(RLIMIT_FSIZE, &none);
    const auto kept = fuzz::keep_in_corpus(folder_, scenario_of(1));
    if (!kept) message = kept.error();
    return 0;
  });
  EXPECT_NE(end.message.find("File too large"), std::string::npos) << end.message;
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(CorpusFolder, ManyMayWriteAtOnce) {
  ASSERT_TRUE(fuzz::open_corpus(folder_).has_value());
  const auto write_all = [&](std::string& message) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      if (auto kept = fuzz::keep_in_corpus(folder_, scenario_of(seed)); !kept) message += kept.error();
    }
    return 0;
  };
  const pid_t other = fork();
  if (other == 0) {
    std::string message;
    write_all(message);
    _exit(message.empty() ? 0 : 1);
  }
  std::string message;
  write_all(message);
  int status = 0;
  waitpid(other, &status, 0);
  EXPECT_EQ(message, "");
  EXPECT_EQ(status, 0);
  const auto corpus = fuzz::open_corpus(folder_);
  EXPECT_EQ(corpus->foreign, 0U);
  EXPECT_EQ(corpus->scenarios.size(), 50U);
}

}  // namespace

}  // namespace tailbound::test
