// The steps that a report names are where the machine code has them.
#include "reports/steps.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "gen/generate.hpp"
#include "jit/bpf/graph.hpp"
#include "jit/schemes.hpp"
#include "oracles/disasm/disasm.hpp"

namespace tailbound::test {

namespace {

bool is_call(const jit::Image& image, std::uint32_t offset, std::uint32_t end) {
  if (image.arch == jit::Arch::x86_64) return image.code[offset] == 0xe8;
  std::uint32_t last = 0;
  std::memcpy(&last, &image.code[end - 4], sizeof last);
  return last >> 26 == 0b100101 || (last & 0xfffffc1f) == 0xd63f0000;  // bl, blr
}

/// Under every scheme of both arches: spans lie one behind the other inside the image, begin and end between
/// machine instructions, one that is called "call" is a call, and each function's last instruction belongs to a
/// step.
TEST(StepSpans, AreWholeInstructionsUnderEveryScheme) {
  for (const jit::SchemeView& scheme : jit::all_schemes()) {
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
      gen::ByteSource source(seed);
      const bpf::Lowered lowered = bpf::lower(gen::generate(source, {}));
      jit::Image image;
      disasm::Disassembler reader(disasm::arch_of(scheme.arch));
      for (const bpf::Bytecode& program : lowered.programs) {
        ASSERT_TRUE(jit::compile(scheme, program, {}, image).has_value());
        std::vector<std::uint32_t> starts;
        for (const disasm::MachineInsn& insn : reader.decode_all(image.code, 0))
          starts.push_back(static_cast<std::uint32_t>(insn.address));
        std::uint32_t end = 0;
        std::vector<std::uint32_t> ends;
        for (const reports::StepSpan& span : reports::step_spans(program, image, scheme, {})) {
          SCOPED_TRACE(std::string(scheme.identity.arch) + " " + std::string(scheme.identity.name) + ", seed " +
                       std::to_string(seed) + ", " + std::string(span.name));
          EXPECT_GE(span.offset, end);
          end = span.offset + span.size;
          ASSERT_LE(end, image.code.size());
          EXPECT_TRUE(std::ranges::binary_search(starts, span.offset));
          EXPECT_TRUE(end == image.code.size() || std::ranges::binary_search(starts, end));
          if (span.place == "call") EXPECT_TRUE(is_call(image, span.offset, end));
          ends.push_back(end);
        }
        if (scheme.arch != jit::Arch::arm64) continue;  // on x86-64 a body may end behind the first exit
        for (const jit::ImageFunction& function : image.functions)
          EXPECT_EQ(std::ranges::count(ends, function.offset + function.size), 1) << scheme.identity.name;
      }
    }
  }
}

/// A step's bytes stand where its span says: those that no address comes into.
TEST(StepSpans, OfTheFrameHaveItsBytes) {
  const jit::SchemeView& scheme = *jit::find_scheme("arm64", "by-value");
  const auto scenario = bpf::parse_graph(
      "array a[1] { 0: p }\nprogram p { call f; return 0; subprog f { tail_call a[0] } }\nrun p\n");
  const bpf::Lowered lowered = bpf::lower(*scenario);
  jit::Image image;
  ASSERT_TRUE(jit::compile(scheme, lowered.programs[0], {}, image).has_value());
  std::size_t seen = 0;
  for (const reports::StepSpan& span : reports::step_spans(lowered.programs[0], image, scheme, {})) {
    std::uint32_t word = 0;
    std::memcpy(&word, &image.code[span.offset], sizeof word);
    if (span.name == "restore frame bottom") EXPECT_EQ(word, 0xa8c173fbU);  // ldp x27, x28, [sp], #16
    if (span.name == "save frame bottom") EXPECT_EQ(word, 0xa9bf73fbU);     // stp x27, x28, [sp, #-16]!
    if (span.name == "charge") EXPECT_EQ(word, 0x9100075aU);                // add x26, x26, #1
    seen += span.name == "restore frame bottom" || span.name == "save frame bottom" || span.name == "charge";
  }
  EXPECT_EQ(seen, 5U);  // two functions, one site
}

}  // namespace

}  // namespace tailbound::test
