#include "oracles/engine/vm/cpio.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "oracles/smt/process.hpp"

using namespace tailbound;
using engine::vm::Cpio;

namespace {

std::string field(const std::string& archive, std::size_t entry, std::size_t index) {
  return archive.substr(entry + 6 + 8 * index, 8);
}

TEST(Cpio, HeaderSaysWhatTheEntryIs) {
  Cpio writer;
  writer.add_character_device("dev/console", 5, 1);
  const std::string archive = std::move(writer).finish();
  EXPECT_EQ(archive.substr(0, 6), "070701");
  EXPECT_EQ(field(archive, 0, 1), "00002180");  // S_IFCHR | 0600
  EXPECT_EQ(field(archive, 0, 9), "00000005");
  EXPECT_EQ(field(archive, 0, 10), "00000001");
  EXPECT_EQ(field(archive, 0, 11), "0000000C");  // the name with its zero
  EXPECT_EQ(archive.substr(110, 11), "dev/console");
  EXPECT_TRUE(archive.contains("TRAILER!!!"));
}

RC_GTEST_PROP(Cpio, NamesAndContentsAreAligned, (const std::string& content)) {
  Cpio writer;
  writer.add_file("init", content, 0755);
  const std::string archive = std::move(writer).finish();
  const std::size_t begin = 116;  // 110 of header, 5 of name, rounded
  RC_ASSERT(archive.substr(begin, content.size()) == content);
  RC_ASSERT(archive.size() % 4 == 0);
  RC_ASSERT(archive.substr((begin + content.size() + 3) / 4 * 4, 6) == "070701");
}

/// Another reader's opinion.
TEST(Cpio, CpioReadsIt) {
  Cpio writer;
  writer.add_folder("modules");
  writer.add_file("modules/0-a.ko", "abc", 0600);
  writer.add_file("init", "#!", 0755);
  const auto ended =
      smt::run_job({.command = {"cpio", "-it", "--quiet"}, .work = {}, .input = std::move(writer).finish()});
  if (ended.missing) GTEST_SKIP() << "no cpio on this machine";
  EXPECT_EQ(ended.exit_code, 0) << ended.errors;
  EXPECT_EQ(ended.output, "modules\nmodules/0-a.ko\ninit\n");
}

}  // namespace
