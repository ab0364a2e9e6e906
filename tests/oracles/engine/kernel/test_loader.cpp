// The loader, and what it refuses. Loaded only: nothing here runs in the kernel.
#include "oracles/engine/kernel/loader.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "fuzz/campaign/child.hpp"
#include "jit/bpf/graph.hpp"
#include "reports/files.hpp"
#include "tests/oracles/engine/kernel/loader_or_skip.hpp"
#include "tests/support/source_dir.hpp"

namespace tailbound::test {

namespace {

using engine::kernel::LoadError;
using engine::kernel::Slots;

constexpr const char* two_programs = R"(
map m[3] { 0: 1, 2: 3 }
array a[4] { 0: p, 2: q }
program p {
  stack 12
  if call f == 7 { m[1] = 5 }
  helper lookup m[2]
  helper update 3
  return call f
  subprog f { tail_call a[2]; tail_call a[data 1]; return data 4 }
}
program q {
  keep r6 r7
  return 7
}
run p
)";

bpf::Lowered lowered_of(const std::string& graph) {
  const auto scenario = bpf::parse_graph(graph);
  EXPECT_TRUE(scenario.has_value()) << scenario.error().text();
  return scenario ? bpf::lower(*scenario) : bpf::Lowered{};
}

std::size_t open_files() {
  const std::filesystem::directory_iterator files("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

TEST(KernelLoader, LoadsProgramsInTheirOrder) {
  LOADER_OR_SKIP(loader);
  const bpf::Lowered lowered = lowered_of(two_programs);
  for (const Slots slots : {Slots::empty, Slots::filled}) {
    const auto loaded = loader->load(lowered, slots);
    ASSERT_TRUE(loaded.has_value()) << loaded.error().text();
    ASSERT_EQ(loaded->verified_insns.size(), 2U);
    EXPECT_GE(loaded->verified_insns[0], 50U);
  }
}

TEST(KernelLoader, LoadsEveryProgramType) {
  LOADER_OR_SKIP(loader);
  for (const auto type : {bpf::ProgType::socket_filter, bpf::ProgType::tc, bpf::ProgType::xdp}) {
    bpf::Lowered lowered = lowered_of(two_programs);
    lowered.type = type;
    const auto loaded = loader->load(lowered, Slots::filled);
    EXPECT_TRUE(loaded.has_value()) << loaded.error().text();
  }
}

TEST(KernelLoader, LeavesNothingOpen) {
  LOADER_OR_SKIP(loader);
  const bpf::Lowered good = lowered_of(two_programs);
  bpf::Lowered bad = good;
  bad.programs[1].insns[0] = bpf::build::mov(bpf::Reg::r0, bpf::Reg::r9);
  EXPECT_TRUE(loader->load(good, Slots::empty).has_value()) << "keeps its BTF from here on";
  const std::size_t before = open_files();
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(loader->load(good, Slots::filled).has_value());
    EXPECT_FALSE(loader->load(bad, Slots::filled).has_value());
  }
  EXPECT_EQ(open_files(), before);
}

TEST(KernelLoader, ARefusedProgramSaysWhy) {
  LOADER_OR_SKIP(loader);
  bpf::Lowered lowered = lowered_of(two_programs);
  lowered.programs[1].insns[0] = bpf::build::mov(bpf::Reg::r0, bpf::Reg::r9);
  const auto loaded = loader->load(lowered, Slots::empty);
  ASSERT_FALSE(loaded.has_value());
  const LoadError& error = loaded.error();
  EXPECT_EQ(error.error_number, EACCES);
  EXPECT_EQ(error.program, 1);
  EXPECT_NE(error.log.find("R9 !read_ok"), std::string::npos) << error.log;
  EXPECT_TRUE(error.bytecode.starts_with("    0: r0 = r9\n")) << error.bytecode;
  EXPECT_TRUE(error.text().starts_with("program 1: Permission denied (13)\n")) << error.text();
}

TEST(KernelLoader, ARefusedMapSaysWhy) {
  LOADER_OR_SKIP(loader);
  bpf::Lowered lowered = lowered_of(two_programs);
  lowered.maps[2].max_entries = 0;
  const auto loaded = loader->load(lowered, Slots::empty);
  ASSERT_FALSE(loaded.has_value());
  EXPECT_EQ(loaded.error().text(), "map m: Invalid argument (22)");
}

TEST(KernelLoader, TakesNoAttachments) {
  LOADER_OR_SKIP(loader);
  bpf::Lowered lowered = lowered_of(two_programs);
  lowered.events.push_back(bpf::Attach{bpf::AttachKind::fentry, 1, {0, 1}});
  const auto loaded = loader->load(lowered, Slots::empty);
  ASSERT_FALSE(loaded.has_value());
  EXPECT_EQ(loaded.error().error_number, EOPNOTSUPP);
}

TEST(KernelLoader, TakesTheKernelsOwnTests) {
  LOADER_OR_SKIP(loader);
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(source_dir() / "corpus/selftests")) {
    if (entry.path().extension() != ".graph") continue;
    SCOPED_TRACE(entry.path().filename().string());
    const auto text = reports::read_file(entry.path().string(), 1U << 20);
    ASSERT_TRUE(text.has_value()) << text.error();
    const auto loaded = loader->load(lowered_of(*text), Slots::filled);
    EXPECT_TRUE(loaded.has_value()) << loaded.error().text();
    ++files;
  }
  EXPECT_GE(files, 16U);
}

TEST(KernelLoader, SaysWhyAUserMayNotLoad) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become a user without rights";
  const fuzz::ChildEnd end = fuzz::in_child([](std::string& message) {
    if (::setuid(65534) != 0) return 2;
    const auto loader = engine::kernel::Loader::open();
    if (!loader) message = loader.error();
    return loader ? 1 : 0;
  });
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_TRUE(end.message.starts_with("bpf(2) refuses a prog_array: Operation not permitted (1); it wants CAP_BPF"))
      << end.message;
}

}  // namespace

}  // namespace tailbound::test
