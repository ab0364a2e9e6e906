// The steps that a report names are where the machine code has them.
#include "reports/steps.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "gen/generate.hpp"
#include "jit/x86_64/compiler.hpp"
#include "oracles/disasm/disasm.hpp"

namespace tailbound::test {

namespace {

/// Under every scheme: spans lie one behind the other inside the image, begin and end between machine
/// instructions, and one that is called "call" is a call.
TEST(StepSpans, AreWholeInstructionsUnderEveryScheme) {
  for (const x86_64::Scheme& scheme : x86_64::schemes()) {
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
      gen::ByteSource source(seed);
      const bpf::Lowered lowered = bpf::lower(gen::generate(source, {}));
      x86_64::Compiler compiler;
      jit::Image image;
      disasm::Disassembler reader(disasm::Arch::x86_64);
      for (const bpf::Bytecode& program : lowered.programs) {
        ASSERT_TRUE(compiler.compile(program, scheme, {}, image).has_value());
        std::vector<std::uint32_t> starts;
        for (const disasm::MachineInsn& insn : reader.decode_all(image.code, 0))
          starts.push_back(static_cast<std::uint32_t>(insn.address));
        std::uint32_t end = 0;
        for (const reports::StepSpan& span : reports::step_spans(program, image, scheme, {})) {
          SCOPED_TRACE(std::string(scheme.identity.name) + ", seed " + std::to_string(seed) + ", " +
                       std::string(span.name));
          EXPECT_GE(span.offset, end);
          end = span.offset + span.size;
          ASSERT_LE(end, image.code.size());
          EXPECT_TRUE(std::ranges::binary_search(starts, span.offset));
          EXPECT_TRUE(end == image.code.size() || std::ranges::binary_search(starts, end));
          if (span.place == "call") EXPECT_EQ(image.code[span.offset], 0xe8);
        }
      }
    }
  }
}

}  // namespace

}  // namespace tailbound::test
