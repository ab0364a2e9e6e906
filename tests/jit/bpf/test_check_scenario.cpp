// check_scenario names each fault: a row for every rule, and what is just within the rules.
#include "jit/bpf/asm_loops.hpp"
#include "jit/bpf/call_graph.hpp"
#include "jit/bpf/verifier_cost.hpp"
#include "tests/jit/bpf/check_rows.hpp"

namespace tailbound::bpf {
namespace {

using namespace samples;

Statement nested(int depth) { return depth == 0 ? random() : branch({nested(depth - 1)}); }
std::string asm_fault(const std::string& rest) { return "function entry has an asm block whose insn " + rest; }

TEST(CheckScenario, NamesFaultsOfTheWhole) {
  expect_rows(
      {
          {"there is no limits record 'linux-2.4'", [](Scenario& s) { s.limits = "linux-2.4"; }},
          {"fuel is 1048577, at most 1048576 is allowed", [](Scenario& s) { s.fuel = cap::fuel + 1; }},
          {"there is no program", [](Scenario& s) { s.programs.clear(); }},
          {"there are 65 programs, at most 64 are allowed", [](Scenario& s) { s.programs.resize(65); }},
          {"there are 17 prog_arrays, at most 16 are allowed", [](Scenario& s) { s.arrays.resize(17); }},
          {"there are 9 maps, at most 8 are allowed", [](Scenario& s) { s.maps.resize(9); }},
          {"there are 257 events, at most 256 are allowed", [](Scenario& s) { s.events.resize(257); }},
          {"program 3 has no main function", [](Scenario& s) { s.programs[3].functions.clear(); }},
          {"program entry has 257 functions, linux-6.1 allows 256",
           [](Scenario& s) { s.programs[0].functions.resize(257); }},
      },
      base());
}

TEST(CheckScenario, NamesFaultsOfNames) {
  constexpr std::string_view why = " is no identifier of at most 64 characters that is no keyword";
  const std::vector<std::string> messages = {
      "map name 'a-b'" + std::string(why), "prog_array name 'data'" + std::string(why),
      "program name ''" + std::string(why), "program entry: subprogram name '9'" + std::string(why)};
  expect_rows(
      {
          {messages[0], [](Scenario& s) { s.maps[0].name = "a-b"; }},
          {messages[1], [](Scenario& s) { s.arrays[0].name = "data"; }},
          {messages[2], [](Scenario& s) { s.programs[1].functions[0].name = ""; }},
          {messages[3], [](Scenario& s) { s.programs[0].functions[1].name = "9"; }},
          {"prog_array name counts is taken", [](Scenario& s) { s.arrays[0].name = "counts"; }},
          {"map name counts is taken", [](Scenario& s) { s.maps.push_back(s.maps[0]); }},
          {"program name entry is taken", [](Scenario& s) { s.programs[1].functions[0].name = "entry"; }},
          {"program entry: subprogram name entry is taken",
           [](Scenario& s) { s.programs[0].functions[1].name = "entry"; }},
          {"program entry: subprogram name tail is taken",
           [](Scenario& s) { s.programs[0].functions.push_back(s.programs[0].functions[1]); }},
      },
      base());
}

TEST(CheckScenario, NamesFaultsOfMapsAndArrays) {
  expect_rows(
      {
          {"map counts has 0 cells, 1 to 256 are allowed", [](Scenario& s) { s.maps[0].cells.clear(); }},
          {"map counts has 257 cells, 1 to 256 are allowed", [](Scenario& s) { s.maps[0].cells.resize(257); }},
          {"prog_array jmp_table has 0 slots, 1 to 4096 are allowed",
           [](Scenario& s) { s.arrays[0].size = 0; }},
          {"prog_array jmp_table has 4097 slots, 1 to 4096 are allowed",
           [](Scenario& s) { s.arrays[0].size = 4097; }},
          {"prog_array jmp_table, slot 2 is beyond its size 2",
           [](Scenario& s) { s.arrays[0].slots[1].index = 2; }},
          {"prog_array jmp_table, slot 1 holds a program that does not exist",
           [](Scenario& s) { s.arrays[0].slots[1].program = 4; }},
          {"prog_array jmp_table, slot 0 does not stand after slot 0",
           [](Scenario& s) { s.arrays[0].slots[1].index = 0; }},
          {"prog_array jmp_table, slot 0 does not stand after slot 1",
           [](Scenario& s) { std::swap(s.arrays[0].slots[0], s.arrays[0].slots[1]); }},
      },
      base());
}

TEST(CheckScenario, NamesFaultsOfBodies) {
  expect_rows(
      {
          {"function entry has 513 bytes of stack, at most 512 are allowed",
           [](Scenario& s) { s.programs[0].functions[0].stack = 513; }},
          {"function entry.tail keeps registers other than r6 to r9",
           [](Scenario& s) { s.programs[0].functions[1].keep = 16; }},
          {"function entry does not end in a return", [](Scenario& s) { main_body(s).pop_back(); }},
          {"function probe does not end in a return",
           [](Scenario& s) { s.programs[2].functions[0].body.clear(); }},
          {"function entry does not end in a return",
           [](Scenario& s) { main_body(s).back() = branch({give_back(1)}, {give_back(2)}); }},
          {"function entry has a statement after one that always returns",
           [](Scenario& s) { main_body(s).push_back(give_back(1)); }},
          {"function entry has a statement after one that always returns",
           [](Scenario& s) {
             main_body(s).insert(main_body(s).begin() + 1, branch({give_back(1)}, {give_back(2)}));
           }},
          {"function entry has a statement after one that always returns",
           [](Scenario& s) {
             put_first(s, branch({give_back(1), random()}));
           }},
          {"function entry has more than 256 statements",
           [](Scenario& s) { main_body(s).insert(main_body(s).begin(), 255, evaluate(constant(0))); }},
          {"function entry has more than 256 statements",
           [](Scenario& s) { put_first(s, branch(Block(255, evaluate(constant(0))))); }},
          {"function entry nests ifs deeper than 4", [](Scenario& s) { put_first(s, nested(5)); }},
      },
      base());
}

TEST(CheckScenario, NamesFaultsOfStatements) {
  expect_rows(
      {
          {"function entry tail-calls through a prog_array that does not exist",
           [](Scenario& s) { put_first(s, tail_call(1, 0)); }},
          {"function entry looks up a map cell that does not exist",
           [](Scenario& s) { put_first(s, {HelperCall{Helper::lookup, {0, 2}}}); }},
          {"function entry gives a cell to a helper that takes none",
           [](Scenario& s) { put_first(s, {HelperCall{Helper::time, {0, 1}}}); }},
          {"function entry stores into a map cell that does not exist",
           [](Scenario& s) { put_first(s, {StoreCell{{1, 0}, constant(0)}}); }},
          {"function entry has an expression of more than 4 operators",
           [](Scenario& s) { put_first(s, evaluate({Constant{}, std::vector<ExprTerm>(5)})); }},
          {"function entry has a call that does not stand first",
           [](Scenario& s) { put_first(s, evaluate({Constant{}, {{ExprOp::add, CallValue{1}}}})); }},
          {"function entry shifts by a constant that is not 0 to 63",
           [](Scenario& s) { put_first(s, evaluate({Constant{}, {{ExprOp::lsh, Constant{64}}}})); }},
          {"function entry shifts by a constant that is not 0 to 63",
           [](Scenario& s) { put_first(s, evaluate({Constant{}, {{ExprOp::rsh, Constant{-1}}}})); }},
          {"function entry reads a map cell that does not exist",
           [](Scenario& s) { put_first(s, evaluate({Cell{{0, 2}}, {}})); }},
          {"function entry asks for the entries of a function that does not exist",
           [](Scenario& s) { put_first(s, evaluate({Entries{{0, 2}}, {}})); }},
          {"function entry.tail asks for the entries of a function that does not exist",
           [](Scenario& s) { s.programs[0].functions[1].body[0] = evaluate({Entries{{4, 0}}, {}}); }},
          {"function entry.tail calls its main function",
           [](Scenario& s) { s.programs[0].functions[1].body[0] = call(0); }},
          {"function entry calls a subprogram that does not exist", [](Scenario& s) { put_first(s, call(2)); }},
      },
      base());
}

/// Three rounds of four, and a way out of the inner loop: 2 + 3 * (2 + 4 * 4 + 2) slots are walked.
TEST(CheckScenario, TakesCountedLoops) {
  using enum Reg;
  using namespace build;
  const std::vector<Insn> nested = {mov(r0, 7),
                                    mov(r1, 3),
                                    alu(AluOp::add, r0, 1),
                                    mov(r2, 4),
                                    jump(JumpOp::jgt, r0, 9, 3),
                                    alu(AluOp::add, r0, r2),
                                    alu(AluOp::add, r2, -1),
                                    jump(JumpOp::jne, r2, 0, -4),
                                    alu(AluOp::add, r1, -1),
                                    jump(JumpOp::jne, r1, 0, -8)};
  Scenario scenario = base();
  put_asm(scenario, nested);
  const auto fault = check_scenario(scenario);
  EXPECT_FALSE(fault.has_value()) << fault->message;
  EXPECT_EQ(walked_slots(nested), 2U + 3U * (2U + 4U * 4U + 2U));
}

TEST(CheckScenario, CountsEveryRoundOfALoopAgainstTheCallTree) {
  using enum Reg;
  using namespace build;
  std::vector<Insn> block = {mov(r1, 16)};
  block.insert(block.end(), 130, alu(AluOp::add, r0, 1));
  block.push_back(alu(AluOp::add, r1, -1));
  block.push_back(jump(JumpOp::jne, r1, 0, -132));
  expect_rows({{"program entry has a call tree of more than 2000 instructions",
                [block](Scenario& s) { put_asm(s, block); }}},
              base());
}

TEST(CheckScenario, NamesFaultsOfAsmBlocks) {
  using enum Reg;
  using namespace build;
  const Insn move = mov(r0, 1);
  const std::vector<std::pair<std::string, std::vector<Insn>>> blocks = {
      {"function entry has an empty asm block", {}},
      {"function entry has an asm block of 257 slots, at most 256 are allowed", std::vector<Insn>(257, move)},
      {asm_fault("1 is at fault: undefined opcode, expected one of RFC 9669"), {move, {0xff, 0, 0, 0, 0}}},
      {asm_fault("0 is at fault: is half of a two-slot load"), {imm64_low(r0, Imm64Kind::value, 1)}},
      {asm_fault("0 is at fault: loads the address of a map or of code"),
       {imm64_low(r0, Imm64Kind::map, 0), imm64_high(0)}},
      {asm_fault("0 is at fault: loads the address of a map or of code"),
       {imm64_low(r0, Imm64Kind::map_value, 0), imm64_high(0)}},
      {asm_fault("0 is at fault: calls"), {call_helper(7)}},
      {asm_fault("0 is at fault: calls"), {call_local(0), move}},
      {asm_fault("1 is at fault: exits"), {move, build::exit()}},
      {asm_fault("0 is at fault: writes a register other than r0 to r5"), {mov(r6, 0)}},
      {asm_fault("0 is at fault: reads a register other than r0 to r5"), {mov(r0, r10)}},
      {asm_fault("0 is at fault: reads a register other than r0 to r5"), {jump(JumpOp::jeq, r6, 0, 0)}},
      {asm_fault("0 is at fault: divides by the constant 0"), {alu(AluOp::mod, r0, 0)}},
      {asm_fault("0 is at fault: shifts by a constant beyond the width"), {alu(AluOp::lsh, r0, 64)}},
      {asm_fault("0 is at fault: shifts by a constant beyond the width"), {build::alu32(AluOp::arsh, r0, 32)}},
      {asm_fault("0 is at fault: reaches memory by a register other than r10"), {store(Width::b8, r1, -8, 0)}},
      {asm_fault("0 is at fault: reaches outside the function's stack"), {store(Width::b8, r10, -24, 0)}},
      {asm_fault("0 is at fault: reaches outside the function's stack"), {store(Width::b4, r10, 0, 0)}},
      {asm_fault("0 is at fault: reaches outside the function's stack"), {store(Width::b4, r10, -2, 0)}},
      {asm_fault("0 is at fault: reaches the stack at an unaligned place"), {store(Width::b4, r10, -6, 0)}},
      {asm_fault("1 is at fault: reads stack that the block has not written"),
       {store(Width::b4, r10, -8, 0), load(Width::b8, r0, r10, -8)}},
      {asm_fault("2 is at fault: reads stack that the block has not written"),
       {jump(JumpOp::jeq, r0, 0, 1), store(Width::b8, r10, -8, 0), load(Width::b8, r0, r10, -8)}},
      {asm_fault("1 is at fault: jumps back and ends no counted loop"), {move, go_to(-1)}},
      {asm_fault("2 is at fault: jumps back and ends no counted loop"),
       {move, alu(AluOp::add, r1, -1), jump(JumpOp::jne, r1, 0, -2)}},
      {asm_fault("3 is at fault: jumps back and ends no counted loop"),
       {mov(r1, 17), move, alu(AluOp::add, r1, -1), jump(JumpOp::jne, r1, 0, -3)}},
      {asm_fault("3 is at fault: jumps back and ends no counted loop"),
       {mov(r1, 4), move, alu(AluOp::add, r1, -2), jump(JumpOp::jne, r1, 0, -3)}},
      {asm_fault("3 is at fault: jumps back and ends no counted loop"),
       {mov(r1, 4), move, alu(AluOp::add, r2, -1), jump(JumpOp::jne, r1, 0, -3)}},
      {asm_fault("3 is at fault: ends a loop that writes its own count"),
       {mov(r1, 4), mov(r1, 5), alu(AluOp::add, r1, -1), jump(JumpOp::jne, r1, 0, -3)}},
      {asm_fault("4 is at fault: ends a loop that a jump enters from outside"),
       {jump(JumpOp::jeq, r0, 0, 1), mov(r1, 4), move, alu(AluOp::add, r1, -1), jump(JumpOp::jne, r1, 0, -3)}},
      {asm_fault("3 is at fault: ends a loop in which a jump passes by the counting"),
       {mov(r1, 4), jump(JumpOp::jeq, r0, 0, 1), alu(AluOp::add, r1, -1), jump(JumpOp::jne, r1, 0, -3)}},
      {asm_fault("1 is at fault: jumps out of the block"), {move, jump(JumpOp::jne, r0, 0, -3)}},
      {asm_fault("0 is at fault: jumps out of the block"), {jump(JumpOp::jeq, r0, 0, 2), move}},
      {asm_fault("0 is at fault: jumps into a two-slot load"),
       {jump(JumpOp::jeq, r0, 0, 1), imm64_low(r0, Imm64Kind::value, 1), imm64_high(0)}},
      {asm_fault("0 is at fault: jumps over code that nothing reaches"), {go_to(1), move, move}},
  };
  std::vector<Row> rows;
  for (const auto& [message, insns] : blocks) {
    rows.push_back({message, [insns](Scenario& s) { put_asm(s, insns); }});
  }
  expect_rows(rows, base());
}

TEST(CheckScenario, NamesFaultsOfCallGraphs) {
  expect_rows(
      {
          {"subprogram entry.tail is never called",
           [](Scenario& s) { main_body(s).erase(main_body(s).begin()); }},
          {"subprogram entry.tail calls itself, perhaps through others",
           [](Scenario& s) { s.programs[0].functions[1].body[0] = call(1); }},
          {"subprogram other.tail calls itself, perhaps through others",
           [](Scenario& s) {
             s.programs[1].functions[1].body = {call(2), give_back(0)};
             s.programs[1].functions.push_back(function("back", {call(1), give_back(0)}));
           }},
          {"subprogram entry.f8 is frame 9 of a call chain, at most 8 are allowed",
           [](Scenario& s) { chain_of(s, 9, 0); }},
          {"subprogram entry.f1 ends a call chain of 576 bytes of stack, at most 512 are allowed",
           [](Scenario& s) { chain_of(s, 2, 260); }},
          {"program entry ends a call chain of 544 bytes of stack, at most 512 are allowed",
           [](Scenario& s) {
             s.programs[0].functions[0].stack = 512;
             put_first(s, {HelperCall{Helper::lookup, {}}});
           }},
          {"subprogram entry.f2 tail-calls below 256 bytes of callers' stack, less than 256 are allowed",
           [](Scenario& s) { chain_of(s, 3, 128, true); }},
          {"program entry has a call tree of more than 2000 instructions",
           [](Scenario& s) { main_body(s).insert(main_body(s).begin(), 40, call(1)); }},
      },
      base());
}

// --- examples: what is still allowed ---

TEST(CheckScenario, FindsNothingInEveryKind) { EXPECT_EQ(fault_of(every_kind()), ""); }

TEST(CheckScenario, SaysWhere) {
  Scenario s = base();
  s.programs[0].functions[1].keep = 16;
  EXPECT_EQ(check_scenario(s)->function, (FunctionRef{0, 1}));
  EXPECT_EQ(check_scenario(s)->event, std::nullopt);
  s = base();
  at_entry(s).count = 0;
  EXPECT_EQ(check_scenario(s)->function, std::nullopt);
  EXPECT_EQ(check_scenario(s)->event, std::size_t{1});
}

TEST(CheckScenario, AllowsWhatIsJustWithinTheLimits) {
  EXPECT_EQ(fault_of(chain(8, 64)), "");                       // 8 frames, 512 bytes
  EXPECT_EQ(fault_of(chain(8, 0, true)), "");                  // 7 * 32 = 224 bytes before the tail call
  EXPECT_EQ(fault_of(chain(1, 512, true)), "");                // main may tail-call with any stack
  EXPECT_EQ(fault_of(chain(2, 224, true)), "");
  Scenario s = base();
  put_first(s, nested(4));
  EXPECT_EQ(fault_of(s), "");
}

// Measured: 6.1 refuses it, 6.12 and 6.18 take it.
TEST(CheckScenario, FiveFramesOfFortyBytesBeforeATailCallAreForLaterKernels) {
  Scenario s = chain(6, 40, true);
  EXPECT_EQ(fault_of(s),
            "subprogram entry.f5 tail-calls below 320 bytes of callers' stack, less than 256 are allowed");
  s.limits = "linux-6.12";
  EXPECT_EQ(fault_of(s), "");
}

TEST(CheckScenario, ADeepChainMayBeReachedByMoreThanOneWay) {
  Scenario s = chain(4, 32);
  s.programs[0].functions[0].body = {call(3), call(1), call(2), give_back(0)};
  EXPECT_EQ(fault_of(s), "");
}

TEST(CheckScenario, NumberingNeedNotFollowTheCalls) {
  Scenario s = only({call(2), give_back(0)});
  s.programs[0].functions.push_back(function("leaf", {give_back(0)}));
  s.programs[0].functions.push_back(function("mid", {call(1), give_back(0)}));
  EXPECT_EQ(fault_of(s), "");
}

TEST(CheckScenario, AHostileCallTreeCostsNothingToRefuse) {
  Scenario s = chain(8, 0);
  for (std::uint16_t f = 0; f < 7; ++f) {
    Block& body = s.programs[0].functions[f].body;
    body.insert(body.begin(), 200, call(static_cast<std::uint16_t>(f + 1)));  // 201^7 calls written out
  }
  EXPECT_EQ(fault_of(s), "program entry has a call tree of more than 2000 instructions");
  const Calls calls = calls_of(s.programs[0]);
  EXPECT_EQ(expanded_cost(s.programs[0], calls, call_order(calls)), cost_ceiling);
}

}  // namespace
}  // namespace tailbound::bpf
