// The binary form: any bytes are a valid scenario, and every valid scenario survives the round trip.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <random>

#include "jit/bpf/codec.hpp"
#include "jit/bpf/decode.hpp"
#include "tests/jit/bpf/scenario_bytes.hpp"
#include "tests/jit/bpf/scenario_samples.hpp"

namespace tailbound::bpf {
namespace {

using namespace samples;

std::string fault_of(const Scenario& scenario) {
  const auto violation = check_scenario(scenario);
  return violation ? violation->message : "";
}

RC_GTEST_PROP(Codec, AnyBytesAreAValidScenario, (const ByteVector& bytes)) {
  RC_ASSERT(fault_of(decode_scenario(bytes)) == "");
}

RC_GTEST_PROP(Codec, ScenarioLikeBytesAreAValidScenario, ()) {
  const ByteVector bytes = *scenario_bytes();
  RC_ASSERT(fault_of(decode_scenario(bytes)) == "");
}

RC_GTEST_PROP(Codec, WhatWasDecodedSurvivesTheRoundTrip, ()) {
  const Scenario scenario = decode_scenario(*scenario_bytes());
  RC_ASSERT(decode_scenario(encode_scenario(scenario)) == scenario);
}

RC_GTEST_PROP(Codec, DecodeIsDeterministic, ()) {
  const ByteVector bytes = *scenario_bytes();
  RC_ASSERT(decode_scenario(bytes) == decode_scenario(bytes));
}

RC_GTEST_PROP(Codec, AnyChangedByteOfAnEncodingIsAValidScenario, (std::size_t where, Byte value)) {
  ByteVector bytes = encode_scenario(every_kind());
  bytes[where % bytes.size()] = value;
  const Scenario scenario = decode_scenario(bytes);
  RC_ASSERT(fault_of(scenario) == "");
  RC_ASSERT(decode_scenario(encode_scenario(scenario)) == scenario);
}

RC_GTEST_PROP(Codec, AnyNumberSurvives, (std::uint64_t data, std::int32_t constant, std::uint32_t seed)) {
  Scenario s = only({evaluate({Data{data}, {{ExprOp::add, Constant{constant}}}}), give_back(constant)});
  s.seed = seed;
  s.fuel = data % (cap::fuel + 1);
  RC_ASSERT(decode_scenario(encode_scenario(s)) == s);
}

// --- tables ---

TEST(Codec, EveryKindSurvivesTheRoundTrip) {
  const Scenario s = every_kind();
  ASSERT_EQ(fault_of(s), "");
  EXPECT_TRUE(decode_scenario(encode_scenario(s)) == s);
}

TEST(Codec, EveryTypeSurvives) {
  for (const ProgType type : {ProgType::socket_filter, ProgType::tc, ProgType::xdp}) {
    Scenario s = only({give_back(0)});
    s.type = type;
    EXPECT_TRUE(decode_scenario(encode_scenario(s)) == s) << static_cast<int>(type);
  }
}

TEST(Codec, EveryLimitsRecordSurvives) {
  for (const Limits& limits : all_limits()) {
    Scenario s = only({give_back(0)});
    s.limits = limits.name;
    EXPECT_TRUE(decode_scenario(encode_scenario(s)) == s) << limits.name;
  }
}

TEST(Codec, EveryAttachKindSurvives) {
  for (const AttachKind kind : {AttachKind::fentry, AttachKind::fexit, AttachKind::freplace}) {
    Scenario s = only({give_back(0)});
    s.programs.push_back({{function("probe", {give_back(0)})}});
    s.events = {Attach{kind, 1, {0, 0}}, Detach{1, {0, 0}}};
    ASSERT_EQ(fault_of(s), "");
    EXPECT_TRUE(decode_scenario(encode_scenario(s)) == s) << static_cast<int>(kind);
  }
}

/// A valid use of the row inside an asm block, or nothing: calls and exit have none.
std::vector<Insn> use_of(const InsnRow& row) {
  const std::vector<Insn> store{build::store(Width::b8, Reg::r10, -8, 7)};
  Insn insn{row.opcode, 1, 0, row.off, row.imm};
  switch (row.form) {
    case Form::alu_imm: insn.imm = 5; return {insn};
    case Form::alu_reg: case Form::movsx: case Form::jump_reg: insn.src = 2; return {insn};
    case Form::alu_unary: case Form::byte_swap: case Form::jump_imm: return {insn};
    case Form::load: case Form::load_sx: insn.src = 10; insn.off = -8; return {store[0], insn};
    case Form::store_imm: case Form::store_reg: insn.dst = 10; insn.off = -8; return {insn};
    case Form::atomic: insn.dst = 10; insn.off = -8; insn.src = 3; return {store[0], insn};
    case Form::load_imm64: return {insn, build::imm64_high(-3)};
    case Form::jump_always: case Form::jump_always32: insn.dst = 0; return {insn};
    case Form::call_helper: case Form::call_local: case Form::call_kfunc: case Form::exit: return {};
  }
  return {};
}

TEST(Codec, EveryInstructionThatABlockMayHoldSurvives) {
  int used = 0;
  for (const InsnRow& row : insn_table()) {
    const std::vector<Insn> insns = use_of(row);
    if (insns.empty()) continue;
    const Scenario s = only({{Asm{insns}}, give_back(0)}, 8);
    EXPECT_EQ(fault_of(s), "") << row.mnemonic;
    EXPECT_TRUE(decode_scenario(encode_scenario(s)) == s) << row.mnemonic;
    ++used;
  }
  EXPECT_EQ(used, static_cast<int>(insn_table().size()) - 4);  // three calls and the exit
}

TEST(Codec, ScenariosAtTheCapsSurvive) {
  Scenario s = only({give_back(0)});
  s.maps.assign(cap::maps, {"", std::vector<std::uint64_t>(cap::cells, 0)});
  for (std::size_t m = 0; m < s.maps.size(); ++m) s.maps[m].name = "m" + std::to_string(m);
  s.arrays.resize(cap::arrays);
  for (std::size_t a = 0; a < s.arrays.size(); ++a)
    s.arrays[a] = {"a" + std::to_string(a), cap::array_size, {}};
  for (std::uint32_t i = 0; i < cap::array_size; ++i) s.arrays[0].slots.push_back({i, 0});
  Block many(cap::statements - 1, evaluate(constant(1)));
  many.push_back(give_back(1));
  s.programs[0].functions[0].body = many;
  for (std::size_t p = 1; p < cap::programs; ++p) {
    s.programs.push_back(
        {{function(std::string(cap::name_length - 2, 'x') + std::to_string(p + 10), {give_back(0)})}});
  }
  s.events.assign(cap::events, run(63, std::vector<Expect>(cap::expectations)));
  ASSERT_EQ(fault_of(s), "");
  EXPECT_TRUE(decode_scenario(encode_scenario(s)) == s);
}

TEST(Codec, CanonicalNamesCostNothing) {
  Scenario s = chain(3, 0);
  s.arrays[0].name = "a0";
  s.programs[0].functions[0].name = "p0";
  const auto plain = encode_scenario(s);
  EXPECT_TRUE(decode_scenario(plain) == s);
  s.programs[0].functions[0].name = "entry";
  EXPECT_EQ(encode_scenario(s).size(), plain.size() + 1 + 2 + 1 + 5 + 1 + 2 + 1 + 2);
  EXPECT_TRUE(decode_scenario(encode_scenario(s)) == s);
}

// --- examples ---

TEST(Codec, NothingIsOneProgramThatReturnsZeroAndIsRunOnce) {
  Scenario want;
  want.programs = {{{function("p0", {give_back(0)})}}};
  want.events = {run(0)};
  EXPECT_TRUE(decode_scenario({}) == want);
  EXPECT_EQ(encode_scenario(want), ByteVector(8, 0));
}

TEST(Codec, NoEventsAtAllSurvive) {
  const Scenario s = only({give_back(0)});
  ASSERT_TRUE(s.events.empty());
  EXPECT_TRUE(decode_scenario(encode_scenario(s)) == s);
}

TEST(Codec, EveryFirstByteLeadsSomewhere) {
  const ByteVector rest = encode_scenario(every_kind());
  for (int first = 0; first < 256; ++first) {
    ByteVector bytes = rest;
    bytes[0] = static_cast<Byte>(first);
    EXPECT_EQ(fault_of(decode_scenario(bytes)), "") << first;
  }
}

std::size_t count_statements(const Scenario& scenario) {
  std::size_t count = 0;
  for (const Program& program : scenario.programs) {
    for (const Function& f : program.functions) {
      visit(f.body, [&](const Statement&) { ++count; }, [](const Expr&) {});
    }
  }
  return count;
}

/// Inputs that ask for as much of one thing as there is room for.
std::vector<std::pair<std::string, ByteVector>> greedy_inputs() {
  constexpr std::size_t size = 1 << 20;
  std::vector<std::pair<std::string, ByteVector>> inputs;
  for (const Byte fill : ByteVector{1, 2, 5, 6, 7, 15, 44, 0x41, 0xf7, 0xff}) {
    inputs.emplace_back("all " + std::to_string(fill), ByteVector(size, fill));
  }
  std::mt19937 random(7);
  ByteVector noise(size), small(size);
  for (Byte& b : noise) b = static_cast<Byte>(random());
  for (Byte& b : small) b = static_cast<Byte>(random() % 8);
  inputs.emplace_back("noise", noise);
  inputs.emplace_back("small numbers", small);
  // 64 programs of 80 functions with calls in every statement
  ByteVector calls{0, 0, 0, 63};
  while (calls.size() < size) {
    calls.push_back(79);
    for (int f = 0; f < 80; ++f) {
      calls.push_back(0);
      for (int c = 0; c < 24; ++c) calls.insert(calls.end(), {1, 1, static_cast<Byte>(random() % 80)});
      calls.push_back(0);
    }
  }
  inputs.emplace_back("calls", calls);
  return inputs;
}

TEST(Codec, AMegabyteDecodesToABoundedScenario) {
  for (const auto& [name, bytes] : greedy_inputs()) {
    const Scenario scenario = decode_scenario(bytes);
    EXPECT_EQ(fault_of(scenario), "") << name;
    EXPECT_LT(count_statements(scenario), std::size_t{cap::programs} * 500) << name;
  }
}

}  // namespace
}  // namespace tailbound::bpf
