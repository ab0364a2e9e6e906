// Which functions the count passes through, and which registers a frame saves.
#include "jit/lower/frame.hpp"

#include <gtest/gtest.h>

#include "jit/bpf/graph.hpp"

namespace tailbound::test {

namespace {

std::vector<jit::Frame> frames_of(const std::string& text) {
  const auto scenario = bpf::parse_graph(text);
  EXPECT_TRUE(scenario.has_value()) << scenario.error().text();
  std::vector<jit::Frame> frames;
  jit::find_frames(bpf::lower(*scenario).programs[0], frames);
  return frames;
}

std::string reach(const std::string& text) {
  std::string marks;
  for (const jit::Frame& frame : frames_of(text)) marks += frame.reaches_tail_call ? '+' : '-';
  return marks;
}

struct Row {
  const char* behaviour;
  const char* program;
  const char* marks;  // main, then subprograms in order
};

class Reach : public testing::TestWithParam<Row> {};

TEST_P(Reach, IsFoundAsTheVerifierFindsIt) {
  const std::string text = std::string("array a[1] { 0: p }\n") + GetParam().program + "\nrun p\n";
  EXPECT_EQ(reach(text), GetParam().marks);
}

INSTANTIATE_TEST_SUITE_P(
    Programs, Reach,
    testing::Values(
        Row{"NoTailCall", "program p { call f; return 0; subprog f { return 0 } }", "--"},
        Row{"OwnTailCall", "program p { call f; tail_call a[0]; return 0; subprog f { return 0 } }", "+-"},
        Row{"InSubprogram", "program p { call f; return 0; subprog f { tail_call a[0]; return 0 } }", "++"},
        Row{"ThroughAMiddle",
            "program p { call f; return 0; subprog f { call g; return 0 } subprog g { tail_call a[0]; return 0 } }",
            "+++"},
        // The verifier's flag stays set once a tail-calling callee was met, so a later caller is marked too …
        Row{"LaterSiblingThatCalls",
            "program p { call t; call f; return 0; subprog t { tail_call a[0]; return 0 } "
            "subprog f { call g; return 0 } subprog g { return 0 } }",
            "+++-"},
        // … but not one that was walked before.
        Row{"EarlierSiblingThatCalls",
            "program p { call f; call t; return 0; subprog t { tail_call a[0]; return 0 } "
            "subprog f { call g; return 0 } subprog g { return 0 } }",
            "++--"},
        Row{"SameSiblingBeforeAndAfter",
            "program p { call f; call t; call f; return 0; subprog t { tail_call a[0]; return 0 } "
            "subprog f { call g; return 0 } subprog g { return 0 } }",
            "+++-"}),
    [](const auto& row) { return row.param.behaviour; });

TEST(SavedRegisters, AreThoseThatTheFunctionMentions) {
  const auto frames = frames_of(
      "array a[1]\nprogram p { keep r8; call f; return 0; subprog f { keep r7 r9; return 0 } }\nrun p\n");
  EXPECT_EQ(frames[0].saved_registers, bpf::keep::r6 | bpf::keep::r8) << "r6 holds the context across the call";
  EXPECT_EQ(frames[1].saved_registers, bpf::keep::r7 | bpf::keep::r9);
}

TEST(RoundedStack, IsAMultipleOfEight) {
  EXPECT_EQ(frames_of("program p { stack 12; return 0 }\nrun p\n")[0].rounded_stack(), 16U);
  EXPECT_EQ(frames_of("program p { stack 1; return 0 }\nrun p\n")[0].rounded_stack(), 8U);
  EXPECT_EQ(frames_of("program p { return 0 }\nrun p\n")[0].rounded_stack(), 0U);
}

}  // namespace

}  // namespace tailbound::test
