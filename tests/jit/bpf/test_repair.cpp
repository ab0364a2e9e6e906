// Repair: whatever it is given becomes valid, and what is valid stays as it is.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <random>

#include "jit/bpf/codec.hpp"
#include "jit/bpf/repair.hpp"
#include "tests/jit/bpf/scenario_samples.hpp"

namespace tailbound::bpf {
namespace {

using namespace samples;

std::string fault_of(const Scenario& scenario) {
  const auto violation = check_scenario(scenario);
  return violation ? violation->message : "";
}

Scenario repaired(Scenario scenario) {
  repair(scenario);
  return scenario;
}

/// Scenarios with enums in range and nothing else in order: half the numbers fit, half are anything.
class Wild {
 public:
  explicit Wild(std::uint32_t seed) : random_(seed) {}

  Scenario scenario() {
    Scenario s;
    s.type = pick<ProgType>(3);
    s.limits = chance(2) ? "linux-6.12" : chance(2) ? "" : "linux-6.1";
    s.fuel = number<std::uint64_t>();
    s.maps = list<ArrayMap>(chance(20) ? 12 : 3, [&] { return ArrayMap{name(), list<std::uint64_t>(4, [&] {
                                                                 return number<std::uint64_t>();
                                                               })}; });
    s.arrays = list<ProgArray>(chance(20) ? 20 : 3, [&] { return array(); });
    s.programs = list<Program>(chance(20) ? 80 : 4, [&] {
      return Program{list<Function>(chance(10) ? 300 : 9, [&] { return function(); })};
    });
    s.events = list<Event>(chance(20) ? 400 : 12, [&] { return event(); });
    return s;
  }

 private:
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }
  bool chance(std::uint32_t one_in) { return below(one_in) == 0; }
  template <class Enum>
  Enum pick(std::uint32_t count) { return static_cast<Enum>(below(count)); }
  template <class Number>
  Number number() { return chance(8) ? static_cast<Number>(random_()) : static_cast<Number>(below(5)); }
  template <class Element, class Make>
  std::vector<Element> list(std::uint32_t most, Make make) {
    std::vector<Element> elements;
    for (std::uint32_t left = below(most + 1); left > 0; --left) elements.push_back(make());
    return elements;
  }

  std::string name() {
    static const std::vector<std::string> names{"",   "p1", "p0", "f1", "a0",
                                                "m1", "if", "ok", "9",  std::string(99, 'x')};
    return names[below(static_cast<std::uint32_t>(names.size()))];
  }
  CellRef cell() { return {number<std::uint16_t>(), number<std::uint16_t>()}; }
  FunctionRef ref() { return {number<std::uint16_t>(), number<std::uint16_t>()}; }
  ProgArray array() {
    return {name(), number<std::uint32_t>(),
            list<Slot>(5, [&] { return Slot{number<std::uint32_t>(), number<std::uint16_t>()}; })};
  }
  Function function() { return {name(), stack(), number<std::uint8_t>(), block(0)}; }
  std::uint16_t stack() { return static_cast<std::uint16_t>(chance(4) ? below(600) : below(40)); }

  Operand operand() {
    switch (below(5)) {
      case 0: return Constant{number<std::int32_t>()};
      case 1: return Data{number<std::uint64_t>()};
      case 2: return Cell{cell()};
      case 3: return Entries{ref()};
      default: return CallValue{number<std::uint16_t>()};
    }
  }
  Expr expr() {
    return {operand(), list<ExprTerm>(chance(10) ? 7 : 2, [&] {
              return ExprTerm{pick<ExprOp>(8), operand()};
            })};
  }
  Helper helper() { return std::array{Helper::lookup, Helper::time, Helper::random}[below(3)]; }
  Insn insn() {
    return {number<std::uint8_t>(), number<std::uint8_t>(), number<std::uint8_t>(), number<std::int16_t>(),
            number<std::int32_t>()};
  }
  Block block(std::uint32_t nesting) {
    const std::uint32_t most = chance(40) && nesting < 2 ? 300 : 6 - std::min(nesting, 5U);
    return list<Statement>(std::min(most, room_), [&] { return statement(nesting); });
  }
  Statement statement(std::uint32_t nesting) {
    if (room_ > 0) --room_;
    switch (below(nesting < 7 ? 8 : 6)) {
      case 0: return {TailCall{number<std::uint16_t>(), expr()}};
      case 1: return {HelperCall{helper(), cell()}};
      case 2: return {StoreCell{cell(), expr()}};
      case 3: return {Asm{list<Insn>(chance(10) ? 300 : 8, [&] { return insn(); })}};
      case 4: return {Return{expr()}};
      case 5: return {Evaluate{expr()}};
      default:
        return {If{expr(), pick<Compare>(11), number<std::int32_t>(), block(nesting + 1), block(nesting + 1)}};
    }
  }
  SetSlot set_slot() {
    SetSlot change{number<std::uint16_t>(), number<std::uint32_t>(), std::nullopt};
    if (chance(2)) change.program = number<std::uint16_t>();
    return change;
  }
  Event event() {
    switch (below(6)) {
      case 0:
        return run(number<std::uint16_t>(), list<Expect>(chance(10) ? 80 : 4, [&] {
                     return Expect{pick<Expect::Kind>(6), ref(), cell(), number<std::uint64_t>()};
                   }));
      case 1: return set_slot();
      case 2: return SetCell{cell(), number<std::uint64_t>()};
      case 3: return AtEntry{ref(), number<std::uint32_t>(), set_slot()};
      case 4: return Attach{pick<AttachKind>(3), number<std::uint16_t>(), ref()};
      default: return Detach{number<std::uint16_t>(), ref()};
    }
  }

  std::mt19937_64 random_;
  std::uint32_t room_ = 3000;  // statements to come; lists that were begun may go a little beyond
};

// --- properties ---

RC_GTEST_PROP(Repair, MakesAnyScenarioValid, (std::uint32_t seed)) {
  RC_ASSERT(fault_of(repaired(Wild(seed).scenario())) == "");
}

RC_GTEST_PROP(Repair, LeavesAValidScenarioAsItIs, (std::uint32_t seed)) {
  const Scenario valid = repaired(Wild(seed).scenario());
  RC_ASSERT(repaired(valid) == valid);
}

RC_GTEST_PROP(Repair, IsDeterministic, (std::uint32_t seed)) {
  RC_ASSERT(repaired(Wild(seed).scenario()) == repaired(Wild(seed).scenario()));
}

RC_GTEST_PROP(Repair, WhatItMadeSurvivesTheCodec, (std::uint32_t seed)) {
  const Scenario valid = repaired(Wild(seed).scenario());
  RC_ASSERT(decode_scenario(encode_scenario(valid)) == valid);
}

// --- examples ---

TEST(Repair, LeavesEveryKindAsItIs) {
  EXPECT_TRUE(repaired(every_kind()) == every_kind());
  for (std::uint16_t n = 1; n <= 8; ++n) EXPECT_TRUE(repaired(chain(n, 0, true)) == chain(n, 0, true)) << n;
}

TEST(Repair, NothingAtAllBecomesOneProgramThatReturnsZero) {
  Scenario want;
  want.programs = {{{function("p0", {give_back(0)})}}};
  EXPECT_TRUE(repaired({}) == want);
}

TEST(Repair, ReferencesWrapAround) {
  Scenario s = every_kind();
  const Scenario want = s;
  run_at(s, 4).program = 4;
  std::get<SetSlot>(s.events[6]).index = 6;
  s.arrays[0].slots[1].program = 5;
  EXPECT_TRUE(repaired(s) == want);
}

TEST(Repair, ARecursiveCallBecomesZero) {
  Scenario s = chain(3, 0);
  s.programs[0].functions[2].body = {call(1), give_back(call_of(2))};
  s = repaired(s);
  EXPECT_EQ(s.programs[0].functions[2].body, (Block{evaluate(constant(0)), give_back(0)}));
  EXPECT_EQ(s.programs[0].functions[1].body, (Block{call(2), give_back(0)}));
}

TEST(Repair, ACallBeyondTheFramesBecomesZeroAndWhatItCalledIsDropped) {
  const Scenario s = repaired(chain(10, 0));
  ASSERT_EQ(s.programs[0].functions.size(), 8U);
  EXPECT_EQ(s.programs[0].functions[7].body, (Block{evaluate(constant(0)), give_back(0)}));
}

TEST(Repair, WhatRefersToADroppedSubprogramMeansMainThen) {
  Scenario s = chain(2, 0);
  auto& functions = s.programs[0].functions;
  functions.insert(functions.begin() + 1, function("idle", {give_back(0)}));
  functions[0].body = {call(2), give_back({Entries{{0, 2}}, {{ExprOp::add, Entries{{0, 1}}}}})};
  s.events = {run(0, {{Expect::Kind::entries, {0, 2}, {}, 1}})};
  s = repaired(s);
  ASSERT_EQ(s.programs[0].functions.size(), 2U);
  EXPECT_EQ(s.programs[0].functions[0].body,
            (Block{call(1), give_back({Entries{{0, 1}}, {{ExprOp::add, Entries{{0, 0}}}}})}));
  EXPECT_EQ(run_at(s, 0).expectations[0].function, (FunctionRef{0, 1}));
}

TEST(Repair, ABigCallTreeKeepsAsManyCallsAsFit) {
  Scenario s = chain(2, 0);
  s.programs[0].functions[0].body.insert(s.programs[0].functions[0].body.begin(), 200, call(1));
  s = repaired(s);
  std::size_t calls = 0;
  visit(s.programs[0].functions[0].body, [](const Statement&) {},
        [&](const Expr& e) { calls += std::holds_alternative<CallValue>(e.first) ? 1U : 0U; });
  EXPECT_GT(calls, 30U);
  EXPECT_LT(calls, 100U);
  EXPECT_EQ(s.programs[0].functions[0].body.back(), give_back(0));
}

TEST(Repair, AnElseThatReturnsAtTheEndIsHoisted) {
  const Scenario s = only({branch({give_back(1)}, {random(), give_back(2)})});
  EXPECT_EQ(repaired(s).programs[0].functions[0].body,
            (Block{branch({give_back(1)}), random(), give_back(2)}));
}

TEST(Repair, AFaultyInstructionBecomesAMove) {
  using enum Reg;
  const Scenario s =
      only({{Asm{{build::mov(r6, 3), build::go_to(-2), build::alu(AluOp::add, r2, 1)}}}, give_back(0)});
  EXPECT_EQ(repaired(s).programs[0].functions[0].body[0],
            (Statement{Asm{{build::mov(r0, 3), build::mov(r0, 0), build::alu(AluOp::add, r2, 1)}}}));
}

TEST(Repair, NamesThatAreFreeStayAndOthersBecomeCanonical) {
  Scenario s = only({give_back(0)});
  for (const std::string name : {"p0", "if", "entry"}) s.programs.push_back({{function(name, {give_back(0)})}});
  s.programs[0].functions[0].name = "";
  s = repaired(s);
  EXPECT_EQ(s.programs[0].name(), "p1");  // p0 is taken
  EXPECT_EQ(s.programs[1].name(), "p0");
  EXPECT_EQ(s.programs[2].name(), "p2");
  EXPECT_EQ(s.programs[3].name(), "entry");
}

TEST(Repair, AnAttachmentThatCannotComeIsDropped) {
  Scenario s = every_kind();
  const Scenario want = s;
  s.events.push_back(Attach{AttachKind::fentry, 0, {1, 0}});
  s.events.push_back(Detach{2, {1, 0}});
  EXPECT_TRUE(repaired(s) == want);
}

}  // namespace
}  // namespace tailbound::bpf
