// What the compilers take and what they refuse by name, and that nothing untrusted crashes them.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "jit/arm64/compiler.hpp"
#include "jit/arm64/schemes.hpp"
#include "jit/bpf/from_insns.hpp"
#include "jit/bpf/text.hpp"
#include "jit/x86_64/compiler.hpp"
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

struct X86 {
  using Compiler = x86_64::Compiler;
  static constexpr const char* name = "x86_64";
  static auto schemes() { return x86_64::schemes(); }
};
struct Arm {
  using Compiler = arm64::Compiler;
  static constexpr const char* name = "arm64";
  static auto schemes() { return arm64::schemes(); }
};

template <class Arch>
class Compile : public testing::Test {
 protected:
  static std::expected<void, bpf::InsnError> compiled(const bpf::Bytecode& program) {
    typename Arch::Compiler compiler;
    jit::Image image;
    return compiler.compile(program, Arch::schemes()[0], {}, image);
  }
};
using Arches = testing::Types<X86, Arm>;
TYPED_TEST_SUITE(Compile, Arches);

TYPED_TEST(Compile, WhateverPassesTheChecksIsCompiledOrRefused) {
  EXPECT_TRUE(rc::check([] {
    const auto program = bpf::from_insns(
        *rc::gen::arbitrary<bool>() ? bpf::testing::draw_program() : bpf::testing::draw_any_slots(), maps());
    RC_CLASSIFY(program.has_value(), "passes the checks");
    if (!program) return;
    jit::Options options;
    options.exclusives = *rc::gen::arbitrary<bool>();
    typename TypeParam::Compiler compiler;
    jit::Image image;
    for (const auto& scheme : TypeParam::schemes()) {
      const auto done = compiler.compile(*program, scheme, options, image);
      if (!done) RC_ASSERT(done.error().insn < program->insns.size());
      else RC_ASSERT(image.address.size() == program->insns.size());
    }
  }));
}

/// Every row of the instruction table, but what is refused below.
TYPED_TEST(Compile, TakesEveryInstructionOfTheTable) {
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
    const auto done = TestFixture::compiled(*program);
    EXPECT_TRUE(done.has_value()) << row.mnemonic << ": " << done.error().text();
  }
}

struct Refused {
  const char* program;
  const char* message;
};

TYPED_TEST(Compile, RefusesTheRestByName) {
  const std::vector<Refused> rows = {
      {"r0 = 0; call kfunc 5; exit", "insn 1: a call of a kernel function is not compiled by "},
      {"call 6; exit", "insn 0: a call of helper 6 is not compiled by "},
      {"call -1; exit", "insn 0: a call of helper -1 is not compiled by "},
      {"r0 = 0; .word 0x0000000000003118; .word 0; exit",
       "insn 1: a load of this kind of address is not compiled by "},
  };
  for (const Refused& row : rows) {
    const auto insns = bpf::assemble(row.program);
    ASSERT_TRUE(insns.has_value()) << row.program << ": " << insns.error().text();
    const auto program = bpf::from_insns(*insns, maps());
    ASSERT_TRUE(program.has_value()) << row.program << ": " << program.error().text();
    const auto done = TestFixture::compiled(*program);
    ASSERT_FALSE(done.has_value()) << row.program;
    EXPECT_EQ(done.error().text(), std::string(row.message) + TypeParam::name);
  }
}

}  // namespace

}  // namespace tailbound::test
