// The .graph files of corpus/selftests and the examples of docs/graph.md are valid and say what they expect.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "jit/bpf/graph.hpp"
#include "tests/support/source_dir.hpp"

namespace tailbound::bpf {
namespace {

namespace fs = std::filesystem;

fs::path root() { return test::source_dir(); }

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<fs::path> selftests() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(root() / "corpus" / "selftests")) {
    if (entry.path().extension() == ".graph") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

TEST(GraphFiles, EveryRowOfTheKernelsTailCallSelftestsIsThere) {
  for (const std::string row :
       {"tailcall_1", "tailcall_2", "tailcall_3", "tailcall_3_empty_slot", "tailcall_4", "tailcall_5",
        "tailcall_6", "tailcall_bpf2bpf_1", "tailcall_bpf2bpf_2", "tailcall_bpf2bpf_3", "tailcall_bpf2bpf_4",
        "tailcall_bpf2bpf_5", "tailcall_bpf2bpf_6", "tailcall_bpf2bpf_hierarchy_1",
        "tailcall_bpf2bpf_hierarchy_2", "tailcall_bpf2bpf_hierarchy_3"}) {
    EXPECT_TRUE(fs::exists(root() / "corpus" / "selftests" / (row + ".graph"))) << row;
  }
}

TEST(GraphFiles, EverySelftestParsesAndPrintsToTheSame) {
  for (const fs::path& path : selftests()) {
    const auto scenario = parse_graph(content(path));
    ASSERT_TRUE(scenario.has_value()) << path.string() << ":" << scenario.error().text();
    EXPECT_EQ(parse_graph(print_graph(*scenario)), scenario) << path;
  }
}

TEST(GraphFiles, EveryRunOfASelftestSaysWhatItReturnsAndRefuses) {
  for (const fs::path& path : selftests()) {
    const auto scenario = parse_graph(content(path));
    ASSERT_TRUE(scenario.has_value()) << path;
    std::size_t runs = 0;
    for (const Event& event : scenario->events) {
      const auto* const run = std::get_if<bpf::Run>(&event);
      if (run == nullptr) continue;
      ++runs;
      const auto expects = [&](Expect::Kind kind) {
        return std::ranges::count(run->expectations, kind, &Expect::kind) == 1;
      };
      EXPECT_TRUE(expects(Expect::Kind::return_value)) << path;
      EXPECT_TRUE(expects(Expect::Kind::refused)) << path;
    }
    EXPECT_GT(runs, 0U) << path;
  }
}

TEST(GraphFiles, TheExampleInTheDocumentationIsValid) {
  const std::string text = content(root() / "docs" / "graph.md");
  const std::string opening = "```graph\n";
  std::size_t examples = 0;
  for (std::size_t at = text.find(opening); at != std::string::npos; at = text.find(opening, at)) {
    at += opening.size();
    const auto scenario = parse_graph(text.substr(at, text.find("```", at) - at));
    EXPECT_TRUE(scenario.has_value()) << scenario.error().text();
    ++examples;
  }
  EXPECT_GT(examples, 0U);
}

}  // namespace
}  // namespace tailbound::bpf
