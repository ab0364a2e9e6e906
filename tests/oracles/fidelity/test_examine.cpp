// Dumped images are read, compiled again and compared; images are those of corpus/golden, and ours under a
// changed scheme or with changed bytes in a kernel's place.
#include <gtest/gtest.h>

#include "jit/arm64/schemes.hpp"
#include "jit/x86_64/compiler.hpp"
#include "jit/x86_64/link.hpp"
#include "jit/x86_64/schemes.hpp"
#include "oracles/fidelity/examine.hpp"
#include "oracles/fidelity/tally.hpp"
#include "tests/oracles/fidelity/golden_dump.hpp"

namespace tailbound::test {

namespace {

using fidelity::Examined;
using fidelity::Recognised;

struct Generation {
  const char* name;
  const char* kernel;
  const char* scheme;
  jit::Options options;
  const char* machine = "x86_64";
};

Recognised recognised(const Generation& generation) {
  Recognised out;
  out.arch = dump::find_arch(generation.machine);
  out.scheme = generation.scheme;
  out.options = generation.options;
  out.options.translated = true;
  return out;
}

Generation with(Generation generation, std::uint8_t short_jump) {
  generation.options.short_jump = short_jump;
  return generation;
}

class GoldenDumps : public testing::TestWithParam<Generation> {};

TEST_P(GoldenDumps, AreOursByteForByteInBothStatesOfTheSlot) {
  const auto rows = golden_rows(GetParam().kernel, GetParam().machine);
  ASSERT_EQ(rows.size(), 10U);
  for (const GoldenRow& row : rows) {
    const dump::Source source(row.bytecode);
    for (const bool filled : {false, true}) {
      SCOPED_TRACE(row.program + (filled ? ", filled" : ", empty"));
      const auto examined = fidelity::examine(dump_of(row, filled), recognised(GetParam()), &source);
      ASSERT_TRUE(examined.has_value()) << examined.error();
      ASSERT_TRUE(examined->ours.has_value()) << examined->not_compiled;
      for (const auto& difference : examined->differences)
        EXPECT_FALSE(difference.has_value())
            << difference->kind << ": " << difference->ours << " | " << difference->theirs;
    }
  }
}

/// What the code shows is what our compiler kept account of.
TEST_P(GoldenDumps, GiveSitesAddressesAndRelocationsBack) {
  for (const GoldenRow& row : golden_rows(GetParam().kernel, GetParam().machine)) {
    SCOPED_TRACE(row.program);
    const dump::Source source(row.bytecode);
    const auto examined = fidelity::examine(dump_of(row, false), recognised(GetParam()), &source);
    ASSERT_TRUE(examined && examined->ours);
    const jit::Image& kernel = examined->kernel.image;
    const jit::Image& ours = *examined->ours;
    ASSERT_EQ(kernel.sites.size(), ours.sites.size());
    for (std::size_t i = 0; i < kernel.sites.size(); ++i) {
      const jit::ImageSite& a = kernel.sites[i];
      const jit::ImageSite& b = ours.sites[i];
      const std::uint32_t from = kernel.functions[a.function].offset;
      const std::uint32_t to = ours.functions[b.function].offset;
      EXPECT_EQ(a.out - from, b.out - to);
      ASSERT_EQ(a.direct_index.has_value(), b.direct_index.has_value());
      if (!a.direct_index) continue;
      EXPECT_EQ(a.bypass - from, b.bypass - to);
      EXPECT_EQ(a.target - from, b.target - to);
    }
    for (std::size_t f = 0; f < kernel.functions.size(); ++f) {
      if (f == 0) EXPECT_EQ(kernel.functions[f].landing, ours.functions[f].landing);
      for (std::uint32_t slot = kernel.functions[f].first_insn; slot < kernel.functions[f].end_insn; ++slot) {
        EXPECT_EQ(examined->kernel.known[slot], 1) << "slot " << slot;
        EXPECT_EQ(kernel.address[slot] - kernel.functions[f].offset,
                  ours.address[slot] - ours.functions[f].offset);
      }
    }
    EXPECT_EQ(kernel.relocations.size(), ours.relocations.size());
  }
}

INSTANTIATE_TEST_SUITE_P(
    Kernels, GoldenDumps,
    testing::Values(with({"Debian_6_1_192", "6.1.0", "by-value", x86_64::options_6_1()}, 123),
                    with({"Debian_6_12_113", "6.12.113", "pointer", x86_64::options_6_12()}, 123),
                    with({"Linux_6_18_44", "6.18", "pointer-6.18", x86_64::options_6_18()}, 123),
                    Generation{"Debian_6_1_192_arm64", "6.1.0", "by-value", arm64::options_6_1(), "aarch64"},
                    Generation{"Debian_6_12_113_arm64", "6.12.113", "pointer", arm64::options_6_12(),
                               "aarch64"}),
    [](const auto& row) { return std::string(row.param.name); });

// --- what differs is seen, and named ---

GoldenRow first_row() { return golden_rows("6.12.113", "x86_64").at(0); }
Generation debian_6_12() { return {"", "6.12.113", "pointer", x86_64::options_6_12()}; }

std::vector<std::string> kinds(const Examined& examined) {
  std::vector<std::string> all;
  for (const auto& difference : examined.differences) all.push_back(difference ? difference->kind : "");
  return all;
}

/// A scheme with one step changed in the kernel's place: its image is made by our compiler, so only the step
/// parts it.
std::vector<std::string> kinds_under(const x86_64::Scheme& scheme) {
  const GoldenRow row = first_row();
  x86_64::Compiler compiler;
  jit::Image image;
  EXPECT_TRUE(compiler.compile(row.bytecode, scheme, x86_64::options_6_12(), image).has_value());
  dump::ProgramDump dumped = dump_of(row, false);
  dumped.code.clear();
  std::vector<std::uint64_t> address;
  for (const dump::DumpedFunction& f : dumped.functions) address.push_back(f.address);
  const std::vector<std::uint64_t> maps(2, 0);
  x86_64::link(image, {.function = address, .map = maps, .map_value = maps}, image.code.data());
  for (std::size_t f = 0; f < image.functions.size(); ++f) {
    const dump::Code code = dump::code_of(image, f);
    dumped.code.insert(dumped.code.end(), code.begin(), code.end());
    dumped.functions[f].size = static_cast<std::uint32_t>(code.size());
  }
  const dump::Source source(row.bytecode);
  const auto examined = fidelity::examine(dumped, recognised(debian_6_12()), &source);
  EXPECT_TRUE(examined.has_value()) << (examined ? "" : examined.error());
  return examined ? kinds(*examined) : std::vector<std::string>{};
}

x86_64::Scheme changed(x86_64::Step step, x86_64::Scheme::Steps x86_64::Scheme::*place, std::string_view name) {
  x86_64::Scheme scheme = *x86_64::find_scheme("pointer");
  for (x86_64::Step& old : scheme.*place) {
    if (old.name == name) old = step;
  }
  return scheme;
}

TEST(PlantedDifference, ALimitOfOneMoreIsAnotherOperand) {
  const auto step = x86_64::named("check count", [](x86_64::Emitter& e) {
    e.a.mov(x86_64::rax,
            x86_64::at_disp32(x86_64::rbp, -16 - static_cast<std::int32_t>(e.frame.rounded_stack())));
    e.a.alu_imm8(x86_64::Group1::cmp, x86_64::at(x86_64::rax), 34);
    e.a.jcc(x86_64::Cond::ae, e.site.out);
  });
  const auto seen = kinds_under(changed(step, &x86_64::Scheme::tail_call_direct, "check count"));
  EXPECT_EQ(seen, (std::vector<std::string>{"", "cmp, other operands"}));
}

TEST(PlantedDifference, ADroppedReloadIsCallInPlaceOfMov) {
  const auto nothing = x86_64::named("nothing", [](x86_64::Emitter&) {});
  x86_64::Scheme scheme = *x86_64::find_scheme("pointer");
  scheme.call_site = {nothing};
  EXPECT_EQ(kinds_under(scheme).at(0), "mov | call");
}

TEST(PlantedDifference, ChangedBytesAreNamedByTheirInstruction) {
  const GoldenRow row = first_row();
  const dump::Source source(row.bytecode);
  dump::ProgramDump dumped = dump_of(row, false);
  const std::size_t last = dumped.functions[0].size - 3;  // leave; ret; int3
  ASSERT_EQ(dumped.code[last], 0xc9);
  dumped.code[last] = 0x90;
  const auto examined = fidelity::examine(dumped, recognised(debian_6_12()), &source);
  ASSERT_TRUE(examined.has_value()) << examined.error();
  EXPECT_EQ(kinds(*examined), (std::vector<std::string>{"leave | nop", ""}));
  fidelity::Tally tally;
  EXPECT_TRUE(tally.add(*examined, 7, 0));
  EXPECT_FALSE(tally.add(*examined, 8, 0)) << "the class is known";
  EXPECT_EQ(tally.same, 2U);
  EXPECT_EQ(tally.functions, 4U);
  EXPECT_EQ(tally.classes.at("leave | nop").functions, 2U);
  EXPECT_EQ(tally.classes.at("leave | nop").scenario, 7U);
}

TEST(PlantedDifference, ACallToAnotherAddressIsSeen) {
  const GoldenRow row = first_row();
  const dump::Source source(row.bytecode);
  dump::ProgramDump dumped = dump_of(row, false);
  dumped.functions[1].address += 16;
  const auto examined = fidelity::examine(dumped, recognised(debian_6_12()), &source);
  ASSERT_TRUE(examined.has_value()) << examined.error();
  EXPECT_EQ(kinds(*examined), (std::vector<std::string>{"call, other target", ""}));
}

// --- dumps that do not fit together ---

TEST(BrokenDump, IsRefusedInASentence) {
  const GoldenRow row = first_row();
  const Recognised as = recognised(debian_6_12());
  dump::ProgramDump cut = dump_of(row, false);
  cut.code.resize(cut.functions[0].size + 1);
  EXPECT_EQ(fidelity::examine(cut, as).error(), "the code ends before its functions do");
  dump::ProgramDump strange = dump_of(row, false);
  std::fill_n(strange.code.begin(), 30, std::uint8_t{0x90});
  EXPECT_EQ(fidelity::examine(strange, as).error(), "function 0 begins with no prologue that is known");
  dump::ProgramDump foreign = dump_of(row, false);
  foreign.maps = {};
  EXPECT_NE(fidelity::examine(foreign, as).error().find("is not one of the program"), std::string::npos);
}

}  // namespace

}  // namespace tailbound::test
