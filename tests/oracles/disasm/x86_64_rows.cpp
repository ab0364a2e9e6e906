#include "jit/x86_64/assembler.hpp"
#include "tests/oracles/disasm/encoding_row.hpp"
#include "tests/oracles/disasm/operands.hpp"

namespace tailbound::test {

using namespace x86_64;

namespace {

constexpr const char* imm8_preferred =
    "LLVM takes imm8 where it fits, and the accumulator's form without ModRM";
constexpr const char* accumulator_preferred = "LLVM takes the accumulator's form without ModRM";
constexpr const char* by_one_preferred = "LLVM has a form for a shift by one";

/// A short jump over so many nops; the bytes are the jump's.
template <class... T, class Jump>
Row short_jump(const char* signature, const char* pattern, Jump jump) {
  Row row = make_row<Assembler, T..., Leap>(signature, "", pattern, [jump](Assembler& a, auto... operands) {
    const Leap leap = std::get<sizeof...(T)>(std::make_tuple(operands...));
    ShortLabel out;
    jump(a, out, operands...);
    for (unsigned i = 0; i < leap.bytes; ++i) a.int3();
    a.bind(out);
  });
  const auto cut = [](Sample sample) {
    sample.bytes.resize(2);
    return sample;
  };
  row.samples = [all = row.samples, cut] {
    std::vector<Sample> samples = all();
    for (Sample& sample : samples) sample = cut(std::move(sample));
    return samples;
  };
  row.random = [one = row.random, cut] { return cut(one()); };
  return row;
}

}  // namespace

/// One line a method: its name, its text, its operand types as the header has them. `{1}` in the text is
/// operand 1, `{1w}` the same in 16 bits (b 8, w 16, d 32, q 64).
#define ENCODING(method, pattern, ...)                             \
  make_row<Assembler __VA_OPT__(,) __VA_ARGS__>(#method "(" #__VA_ARGS__ ")", "", pattern, \
                        [](Assembler& a, auto... operands) { (void)a.method(operands...); })
/// The same where the kernel does not take the form that LLVM prefers.
#define KERNEL_FORM(why, method, pattern, ...)                      \
  make_row<Assembler __VA_OPT__(,) __VA_ARGS__>(#method "(" #__VA_ARGS__ ")", why, pattern, \
                        [](Assembler& a, auto... operands) { (void)a.method(operands...); })

/// Jumps with a constant target are read in the other syntax only; a long one that is not linked yet leads
/// behind itself.
#define AT_AND_T(line) ".att_syntax\n" line "\n.intel_syntax noprefix"

const EncodingSet& x86_64_encodings() {
  static const EncodingSet set = {disasm::Arch::x86_64, "x86_64", "jit/x86_64/assembler.hpp", {
      // moves
      ENCODING(mov, "mov {0}, {1}", R64, R64),
      ENCODING(mov, "mov {0}, {1}", R32, R32),
      ENCODING(mov, "mov {0}, qword ptr {1}", R64, Mem),
      ENCODING(mov, "mov {0}, dword ptr {1}", R32, Mem),
      ENCODING(mov, "mov qword ptr {0}, {1}", Mem, R64),
      ENCODING(mov, "mov dword ptr {0}, {1}", Mem, R32),
      ENCODING(mov_imm32, "mov {0d}, {1}", Gp, std::uint32_t),
      ENCODING(mov_simm32, "mov {0q}, {1}", Gp, std::int32_t),
      ENCODING(mov_imm64, "movabs {0q}, {1}", Gp, std::uint64_t),
      ENCODING(movzx8, "movzx {0}, byte ptr {1}", R64, Mem),
      ENCODING(movzx16, "movzx {0}, word ptr {1}", R64, Mem),
      ENCODING(mov8, "mov byte ptr {0}, {1b}", Mem, Gp),
      ENCODING(mov16, "mov word ptr {0}, {1w}", Mem, Gp),
      ENCODING(mov8, "mov byte ptr {0}, {1b}", Mem, std::int32_t),
      ENCODING(mov16, "mov word ptr {0}, {1w}", Mem, std::int32_t),
      ENCODING(mov32, "mov dword ptr {0}, {1}", Mem, std::int32_t),
      ENCODING(mov64, "mov qword ptr {0}, {1}", Mem, std::int32_t),
      ENCODING(lea, "lea {0}, {1}", R64, Mem),
      ENCODING(movzx16, "movzx {0}, {1w}", R32, R32),
      ENCODING(movsx8, "movsx {0}, byte ptr {1}", R64, Mem),
      ENCODING(movsx16, "movsx {0}, word ptr {1}", R64, Mem),
      ENCODING(movsx32, "movsxd {0}, dword ptr {1}", R64, Mem),
      ENCODING(movsx8, "movsx {0}, {1b}", R64, R64),
      ENCODING(movsx16, "movsx {0}, {1w}", R64, R64),
      ENCODING(movsx32, "movsxd {0}, {1d}", R64, R64),
      ENCODING(movsx8, "movsx {0}, {1b}", R32, R32),
      ENCODING(movsx16, "movsx {0}, {1w}", R32, R32),
      // arithmetic
      ENCODING(alu32_imm8, "{0} dword ptr {1}, {2}", Group1, Mem, std::int8_t),
      ENCODING(idiv, "idiv {0}", R64),
      ENCODING(idiv, "idiv {0}", R32),
      ENCODING(cqo, "cqo"),
      ENCODING(cdq, "cdq"),
      ENCODING(bswap, "bswap {0}", R64),
      ENCODING(bswap, "bswap {0}", R32),
      KERNEL_FORM(by_one_preferred, ror16_imm8, "ror {0w}, {1}", Gp, std::uint8_t),
      // atomics
      ENCODING(lock_alu, "lock {0} qword ptr {1}, {2}", Group1, Mem, R64),
      ENCODING(lock_alu, "lock {0} dword ptr {1}, {2}", Group1, Mem, R32),
      ENCODING(lock_xadd, "lock xadd qword ptr {0}, {1}", Mem, R64),
      ENCODING(lock_xadd, "lock xadd dword ptr {0}, {1}", Mem, R32),
      ENCODING(lock_xchg, "lock xchg qword ptr {0}, {1}", Mem, R64),
      ENCODING(lock_xchg, "lock xchg dword ptr {0}, {1}", Mem, R32),
      ENCODING(lock_cmpxchg, "lock cmpxchg qword ptr {0}, {1}", Mem, R64),
      ENCODING(lock_cmpxchg, "lock cmpxchg dword ptr {0}, {1}", Mem, R32),
      ENCODING(alu, "{0} {1}, {2}", Group1, R64, R64),
      ENCODING(alu, "{0} {1}, {2}", Group1, R32, R32),
      ENCODING(alu, "{0} dword ptr {1}, {2}", Group1, Mem, R32),
      ENCODING(alu_imm8, "{0} {1}, {2}", Group1, R64, std::int8_t),
      ENCODING(alu_imm8, "{0} {1}, {2}", Group1, R32, std::int8_t),
      ENCODING(alu_imm8, "{0} qword ptr {1}, {2}", Group1, Mem, std::int8_t),
      KERNEL_FORM(imm8_preferred, alu_imm32, "{0} {1}, {2}", Group1, R64, std::int32_t),
      KERNEL_FORM(imm8_preferred, alu_imm32, "{0} {1}, {2}", Group1, R32, std::int32_t),
      KERNEL_FORM(imm8_preferred, alu_rax_imm32, "{0} {1}, {2}", Group1, bool, std::int32_t),
      ENCODING(test, "test {0}, {1}", R64, R64),
      ENCODING(test, "test {0}, {1}", R32, R32),
      KERNEL_FORM(accumulator_preferred, test_imm32, "test {0}, {1}", R64, std::int32_t),
      KERNEL_FORM(accumulator_preferred, test_imm32, "test {0}, {1}", R32, std::int32_t),
      ENCODING(neg, "neg {0}", R64),
      ENCODING(neg, "neg {0}", R32),
      ENCODING(div, "div {0}", R64),
      ENCODING(div, "div {0}", R32),
      ENCODING(imul, "imul {0}, {1}", R64, R64),
      ENCODING(imul, "imul {0}, {1}", R32, R32),
      KERNEL_FORM(imm8_preferred, imul_imm32, "imul {0}, {1}, {2}", R64, R64, std::int32_t),
      KERNEL_FORM(imm8_preferred, imul_imm32, "imul {0}, {1}, {2}", R32, R32, std::int32_t),
      ENCODING(imul_imm8, "imul {0}, {1}, {2}", R64, R64, std::int8_t),
      ENCODING(imul_imm8, "imul {0}, {1}, {2}", R32, R32, std::int8_t),
      ENCODING(shift_one, "{0} {1}, 1", Shift, R64),
      ENCODING(shift_one, "{0} {1}, 1", Shift, R32),
      ENCODING(shift_by, "{0}x {1}, {2}, {3}", Shift, R64, R64, R64),
      ENCODING(shift_by, "{0}x {1}, {2}, {3}", Shift, R32, R32, R32),
      KERNEL_FORM(by_one_preferred, shift_imm8, "{0} {1}, {2}", Shift, R64, std::uint8_t),
      KERNEL_FORM(by_one_preferred, shift_imm8, "{0} {1}, {2}", Shift, R32, std::uint8_t),
      ENCODING(shift_cl, "{0} {1}, cl", Shift, R64),
      ENCODING(shift_cl, "{0} {1}, cl", Shift, R32),
      // stack and control
      ENCODING(push, "push {0}", R64),
      ENCODING(pop, "pop {0}", R64),
      ENCODING(leave, "leave"),
      ENCODING(ret, "ret"),
      ENCODING(int3, "int3"),
      ENCODING(endbr64, "endbr64"),
      ENCODING(jmp, "jmp {0}", R64),
      ENCODING(call, "call {0}", R64),
      ENCODING(lfence, "lfence"),
      ENCODING(nop2, "xchg ax, ax"),
      ENCODING(nop3, "nop dword ptr [rax]"),
      ENCODING(nop5, "{disp8} nop dword ptr [rax + rax]"),
      ENCODING(jmp_rel32, AT_AND_T("{disp32} jmp 5")),
      ENCODING(call_rel32, AT_AND_T("call 5")),
      ENCODING(jcc_rel32, AT_AND_T("{disp32} j{0} 6"), Cond),
      // What has no operand space of its own: one sample each.
      make_row<Assembler>("call_over(std::uint32_t)", "", AT_AND_T("call 7"), [](Assembler& a) { a.call_over(2); }),
      make_row<Assembler>("jmp_over(std::int32_t)", "", AT_AND_T("{disp32} jmp -2"), [](Assembler& a) { a.jmp_over(-7); }),
      make_row<Assembler, Cond>("jcc_back(Cond,std::uint32_t)", "", AT_AND_T("j{0} 0"),
                     [](Assembler& a, Cond cond) { a.jcc_back(cond, 0); }),
      make_row<Assembler>("nops(std::uint32_t)", "", "{disp32} nop dword ptr [rax + rax]",
                 [](Assembler& a) { a.nops(8); }),
      short_jump<>("jmp(ShortLabel&)", AT_AND_T("jmp {0}"),
                   [](Assembler& a, ShortLabel& out, Leap) { a.jmp(out); }),
      short_jump<Cond>("jcc(Cond,ShortLabel&)", AT_AND_T("j{0} {1}"),
                       [](Assembler& a, ShortLabel& out, Cond cond, Leap) { a.jcc(cond, out); }),
  }, {"here()", "bind(constShortLabel&)"}};
  return set;
}

}  // namespace tailbound::test
