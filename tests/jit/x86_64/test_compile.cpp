// What the compiler takes and what it refuses by name, and that nothing untrusted crashes it.
#include "jit/x86_64/compiler.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "jit/bpf/from_insns.hpp"
#include "jit/bpf/text.hpp"
#include "jit/x86_64/schemes.hpp"
#include "tests/jit/bpf/random_insn.hpp"

namespace tailbound::test {

namespace {

std::vector<bpf::LoweredMap> maps() {
  std::vector<bpf::LoweredMap> both(2);
  both[0].words = {0};
  both[1].kind = bpf::LoweredMap::Kind::prog_array;
  return both;
}

std::expected<void, bpf::InsnError> compiled(const bpf::Bytecode& program) {
  x86_64::Compiler compiler;
  jit::Image image;
  return compiler.compile(program, *x86_64::find_scheme("pointer"), {}, image);
}

RC_GTEST_PROP(Compile, WhateverPassesTheChecksIsCompiledOrRefused, ()) {
  const auto program = bpf::from_insns(
      *rc::gen::arbitrary<bool>() ? bpf::testing::draw_program() : bpf::testing::draw_any_slots(), maps());
  RC_CLASSIFY(program.has_value(), "passes the checks");
  if (!program) return;
  x86_64::Compiler compiler;
  jit::Image image;
  for (const x86_64::Scheme& scheme : x86_64::schemes()) {
    const auto done = compiler.compile(*program, scheme, {}, image);
    if (!done) RC_ASSERT(done.error().insn < program->insns.size());
    else RC_ASSERT(image.address.size() == program->insns.size());
  }
}

/// Every row of the instruction table, but what is refused below.
TEST(Compile, TakesEveryInstructionOfTheTable) {
  for (const bpf::InsnRow& row : bpf::insn_table()) {
    if (row.form == bpf::Form::call_kfunc) continue;
    std::vector<bpf::Insn> insns = {{row.opcode, 0, row.src, row.off, row.imm}};
    if (bpf::is_two_slot(insns[0])) insns.push_back(bpf::build::imm64_high(0));
    if (row.form == bpf::Form::call_helper) insns[0].imm = 7;
    insns.push_back(bpf::build::exit());
    if (row.form == bpf::Form::call_local)
      insns = {bpf::build::call_local(1), bpf::build::exit(), bpf::build::exit()};
    const auto program = bpf::from_insns(insns, maps());
    ASSERT_TRUE(program.has_value()) << row.mnemonic << ": " << program.error().text();
    const auto done = compiled(*program);
    EXPECT_TRUE(done.has_value()) << row.mnemonic << ": " << done.error().text();
  }
}

struct Refused {
  const char* program;
  const char* message;
};

TEST(Compile, RefusesTheRestByName) {
  const std::vector<Refused> rows = {
      {"r0 = 0; call kfunc 5; exit", "insn 1: a call of a kernel function is not compiled by x86_64"},
      {"call 6; exit", "insn 0: a call of helper 6 is not compiled by x86_64"},
      {"call -1; exit", "insn 0: a call of helper -1 is not compiled by x86_64"},
      {"r0 = 0; .word 0x0000000000003118; .word 0; exit",
       "insn 1: a load of this kind of address is not compiled by x86_64"},
  };
  for (const Refused& row : rows) {
    const auto insns = bpf::assemble(row.program);
    ASSERT_TRUE(insns.has_value()) << row.program << ": " << insns.error().text();
    const auto program = bpf::from_insns(*insns, maps());
    ASSERT_TRUE(program.has_value()) << row.program << ": " << program.error().text();
    const auto done = compiled(*program);
    ASSERT_FALSE(done.has_value()) << row.program;
    EXPECT_EQ(done.error().text(), row.message);
  }
}

}  // namespace

}  // namespace tailbound::test
