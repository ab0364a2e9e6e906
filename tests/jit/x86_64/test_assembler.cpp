// Encodings: each row's bytes are what LLVM's assembler gives for the text (in the form that the kernel's JIT uses
// where there are several).
#include "jit/x86_64/assembler.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <vector>

namespace tailbound::test {

namespace {

using namespace x86_64;
using Bytes = std::vector<std::uint8_t>;

struct Row {
  const char* text;
  std::function<void(Assembler&)> emit;
  Bytes bytes;
};

Bytes emitted(const Row& row) {
  jit::CodeBuffer buffer;
  buffer.ensure(64);
  Assembler a(buffer);
  row.emit(a);
  return {buffer.bytes().begin(), buffer.bytes().end()};
}

const std::vector<Row>& rows() {
  static const std::vector<Row> table = {
      {"mov rbx, rdi", [](auto& a) { a.mov(rbx, rdi); }, {0x48, 0x89, 0xfb}},
      {"mov r13, r8", [](auto& a) { a.mov(r13, r8); }, {0x4d, 0x89, 0xc5}},
      {"mov edx, edx", [](auto& a) { a.mov(edx, edx); }, {0x89, 0xd2}},
      {"mov r11d, ecx", [](auto& a) { a.mov(r11d, ecx); }, {0x41, 0x89, 0xcb}},
      {"mov rsi, [rdi+0]", [](auto& a) { a.mov(rsi, at(rdi, 0)); }, {0x48, 0x8b, 0x77, 0x00}},
      {"mov rax, [rbp-8] disp32",
       [](auto& a) { a.mov(rax, at_disp32(rbp, -8)); },
       {0x48, 0x8b, 0x85, 0xf8, 0xff, 0xff, 0xff}},
      {"mov eax, [r13+200]", [](auto& a) { a.mov(eax, at(r13, 200)); }, {0x41, 0x8b, 0x85, 0xc8, 0, 0, 0}},
      {"mov rsp, [r11+16]", [](auto& a) { a.mov(rsp, at(r11, 16)); }, {0x49, 0x8b, 0x63, 0x10}},
      {"mov [r12+8], rax", [](auto& a) { a.mov(at(r12, 8), rax); }, {0x49, 0x89, 0x44, 0x24, 0x08}},
      {"mov [rsp+8], rcx", [](auto& a) { a.mov(at(rsp, 8), rcx); }, {0x48, 0x89, 0x4c, 0x24, 0x08}},
      {"mov rcx, [rsi+rdx*8+272]",
       [](auto& a) { a.mov(rcx, at_index8_disp32(rsi, rdx, 272)); },
       {0x48, 0x8b, 0x8c, 0xd6, 0x10, 0x01, 0, 0}},
      {"lea r10, [rsp-40] disp32", [](auto& a) { a.lea(r10, at_disp32(rsp, -40)); },
       {0x4c, 0x8d, 0x94, 0x24, 0xd8, 0xff, 0xff, 0xff}},
      {"mov qword [rsp], 0", [](auto& a) { a.mov64(at(rsp), 0); }, {0x48, 0xc7, 0x04, 0x24, 0, 0, 0, 0}},
      {"mov [rbp-8], rsp", [](auto& a) { a.mov(at(rbp, -8), rsp); }, {0x48, 0x89, 0x65, 0xf8}},
      {"cmp dword [rax], 33", [](auto& a) { a.alu32_imm8(Group1::cmp, at(rax), 33); }, {0x83, 0x38, 0x21}},
      {"add dword [rax], 1", [](auto& a) { a.alu32_imm8(Group1::add, at(rax), 1); }, {0x83, 0x00, 0x01}},
      {"call over 2 bytes", [](auto& a) { a.call_over(2); }, {0xe8, 2, 0, 0, 0}},
      {"nops of 13 bytes", [](auto& a) { a.nops(13); },
       {0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0, 0x0f, 0x1f, 0x44, 0, 0}},
      {"nops of 17 bytes", [](auto& a) { a.nops(17); },
       {0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0, 0x90}},
      {"nops of 12 bytes", [](auto& a) { a.nops(12); },
       {0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0, 0x0f, 0x1f, 0x40, 0}},
      {"nops of 7 bytes", [](auto& a) { a.nops(7); }, {0x0f, 0x1f, 0x80, 0, 0, 0, 0}},
      {"nops of 6 bytes", [](auto& a) { a.nops(6); }, {0x66, 0x0f, 0x1f, 0x44, 0, 0}},
      {"movzx rax, byte [rdi+1]", [](auto& a) { a.movzx8(rax, at(rdi, 1)); }, {0x48, 0x0f, 0xb6, 0x47, 0x01}},
      {"movzx r8, word [r13+0]", [](auto& a) { a.movzx16(r8, at(r13, 0)); }, {0x4d, 0x0f, 0xb7, 0x45, 0x00}},
      {"mov byte [rax+1], sil", [](auto& a) { a.mov8(at(rax, 1), Gp::rsi); }, {0x40, 0x88, 0x70, 0x01}},
      {"mov byte [rax+1], cl", [](auto& a) { a.mov8(at(rax, 1), Gp::rcx); }, {0x88, 0x48, 0x01}},
      {"mov word [r14+2], r15w", [](auto& a) { a.mov16(at(r14, 2), Gp::r15); }, {0x66, 0x45, 0x89, 0x7e, 0x02}},
      {"mov byte [rbp-1], 7", [](auto& a) { a.mov8(at(rbp, -1), 7); }, {0xc6, 0x45, 0xff, 0x07}},
      {"mov word [rbp-2], 0x1234",
       [](auto& a) { a.mov16(at(rbp, -2), 0x1234); },
       {0x66, 0xc7, 0x45, 0xfe, 0x34, 0x12}},
      {"mov dword [rbp-12], 7", [](auto& a) { a.mov32(at(rbp, -12), 7); }, {0xc7, 0x45, 0xf4, 7, 0, 0, 0}},
      {"mov qword [rbp-200], 7",
       [](auto& a) { a.mov64(at(rbp, -200), 7); },
       {0x48, 0xc7, 0x85, 0x38, 0xff, 0xff, 0xff, 7, 0, 0, 0}},
      {"mov r13d, 1", [](auto& a) { a.mov_imm32(Gp::r13, 1); }, {0x41, 0xbd, 1, 0, 0, 0}},
      {"mov r9, -1", [](auto& a) { a.mov_simm32(Gp::r9, -1); }, {0x49, 0xc7, 0xc1, 0xff, 0xff, 0xff, 0xff}},
      {"movabs rdi, imm64",
       [](auto& a) { a.mov_imm64(Gp::rdi, 0x1122334455667788); },
       {0x48, 0xbf, 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11}},
      {"add rax, r14", [](auto& a) { a.alu(Group1::add, rax, r14); }, {0x4c, 0x01, 0xf0}},
      {"xor rax, rax", [](auto& a) { a.alu(Group1::bit_xor, rax, rax); }, {0x48, 0x31, 0xc0}},
      {"cmp [rsi+36], edx", [](auto& a) { a.alu(Group1::cmp, at(rsi, 36), edx); }, {0x39, 0x56, 0x24}},
      {"cmp rax, 33", [](auto& a) { a.alu_imm8(Group1::cmp, rax, 33); }, {0x48, 0x83, 0xf8, 0x21}},
      {"cmp eax, 33", [](auto& a) { a.alu_imm8(Group1::cmp, eax, 33); }, {0x83, 0xf8, 0x21}},
      {"cmp qword [rax], 33", [](auto& a) { a.alu_imm8(Group1::cmp, at(rax), 33); }, {0x48, 0x83, 0x38, 0x21}},
      {"sub rsp, 200", [](auto& a) { a.alu_imm32(Group1::sub, rsp, 200); }, {0x48, 0x81, 0xec, 0xc8, 0, 0, 0}},
      {"and rax, imm32",
       [](auto& a) { a.alu_rax_imm32(Group1::bit_and, true, 0x1000); },
       {0x48, 0x25, 0x00, 0x10, 0, 0}},
      {"test rcx, rcx", [](auto& a) { a.test(rcx, rcx); }, {0x48, 0x85, 0xc9}},
      {"test r15, imm32", [](auto& a) { a.test_imm32(r15, 4); }, {0x49, 0xf7, 0xc7, 4, 0, 0, 0}},
      {"neg r14", [](auto& a) { a.neg(r14); }, {0x49, 0xf7, 0xde}},
      {"div r11", [](auto& a) { a.div(r11); }, {0x49, 0xf7, 0xf3}},
      {"imul r15, rbx", [](auto& a) { a.imul(r15, rbx); }, {0x4c, 0x0f, 0xaf, 0xfb}},
      {"imul rsi, rsi, 1000",
       [](auto& a) { a.imul_imm32(rsi, rsi, 1000); },
       {0x48, 0x69, 0xf6, 0xe8, 0x03, 0, 0}},
      {"shr rdx, 32", [](auto& a) { a.shift_imm8(Shift::shr, rdx, 32); }, {0x48, 0xc1, 0xea, 0x20}},
      {"sar ecx, cl", [](auto& a) { a.shift_cl(Shift::sar, ecx); }, {0xd3, 0xf9}},
      {"push r13", [](auto& a) { a.push(r13); }, {0x41, 0x55}},
      {"pop rbx", [](auto& a) { a.pop(rbx); }, {0x5b}},
      {"jmp rcx", [](auto& a) { a.jmp(rcx); }, {0xff, 0xe1}},
      {"call r11", [](auto& a) { a.call(r11); }, {0x41, 0xff, 0xd3}},
      {"movzx r15d, r15w", [](auto& a) { a.movzx16(R32{Gp::r15}, R32{Gp::r15}); }, {0x45, 0x0f, 0xb7, 0xff}},
      {"movsx rax, byte [rdi-1]", [](auto& a) { a.movsx8(rax, at(rdi, -1)); }, {0x48, 0x0f, 0xbe, 0x47, 0xff}},
      {"movsx r13, word [rbp-2]", [](auto& a) { a.movsx16(r13, at(rbp, -2)); }, {0x4c, 0x0f, 0xbf, 0x6d, 0xfe}},
      {"movsxd rcx, dword [r14+4]", [](auto& a) { a.movsx32(rcx, at(r14, 4)); }, {0x49, 0x63, 0x4e, 0x04}},
      {"movsx rdi, sil", [](auto& a) { a.movsx8(rdi, rsi); }, {0x48, 0x0f, 0xbe, 0xfe}},
      {"movsx r8, r15w", [](auto& a) { a.movsx16(r8, r15); }, {0x4d, 0x0f, 0xbf, 0xc7}},
      {"movsxd rbx, ebp", [](auto& a) { a.movsx32(rbx, rbp); }, {0x48, 0x63, 0xdd}},
      {"movsx eax, sil", [](auto& a) { a.movsx8(eax, R32{Gp::rsi}); }, {0x40, 0x0f, 0xbe, 0xc6}},
      {"movsx eax, cl", [](auto& a) { a.movsx8(eax, ecx); }, {0x0f, 0xbe, 0xc1}},
      {"movsx r13d, dil", [](auto& a) { a.movsx8(R32{Gp::r13}, R32{Gp::rdi}); }, {0x44, 0x0f, 0xbe, 0xef}},
      {"movsx edx, cx", [](auto& a) { a.movsx16(edx, ecx); }, {0x0f, 0xbf, 0xd1}},
      {"idiv r11", [](auto& a) { a.idiv(r11); }, {0x49, 0xf7, 0xfb}},
      {"idiv r11d", [](auto& a) { a.idiv(r11d); }, {0x41, 0xf7, 0xfb}},
      {"cqo; cdq", [](auto& a) { a.cqo(), a.cdq(); }, {0x48, 0x99, 0x99}},
      {"bswap r14", [](auto& a) { a.bswap(r14); }, {0x49, 0x0f, 0xce}},
      {"bswap edx", [](auto& a) { a.bswap(edx); }, {0x0f, 0xca}},
      {"ror r13w, 8", [](auto& a) { a.ror16_imm8(Gp::r13, 8); }, {0x66, 0x41, 0xc1, 0xcd, 0x08}},
      {"lock add [rdi+8], rsi",
       [](auto& a) { a.lock_alu(Group1::add, at(rdi, 8), rsi); },
       {0xf0, 0x48, 0x01, 0x77, 0x08}},
      {"lock xor dword [r13+0], ecx",
       [](auto& a) { a.lock_alu(Group1::bit_xor, at(r13, 0), ecx); },
       {0xf0, 0x41, 0x31, 0x4d, 0x00}},
      {"lock xadd [rbp-8], r15",
       [](auto& a) { a.lock_xadd(at(rbp, -8), r15); },
       {0xf0, 0x4c, 0x0f, 0xc1, 0x7d, 0xf8}},
      {"lock xadd [rax+4], edx", [](auto& a) { a.lock_xadd(at(rax, 4), edx); }, {0xf0, 0x0f, 0xc1, 0x50, 0x04}},
      {"lock xchg [r14+0], rbx", [](auto& a) { a.lock_xchg(at(r14, 0), rbx); }, {0xf0, 0x49, 0x87, 0x5e, 0x00}},
      {"lock cmpxchg [rdi+0], r10",
       [](auto& a) { a.lock_cmpxchg(at(rdi, 0), r10); },
       {0xf0, 0x4c, 0x0f, 0xb1, 0x57, 0x00}},
      {"lock cmpxchg [rsi+256], ecx",
       [](auto& a) { a.lock_cmpxchg(at(rsi, 256), ecx); },
       {0xf0, 0x0f, 0xb1, 0x8e, 0x00, 0x01, 0x00, 0x00}},
      {"leave; ret; int3", [](auto& a) { a.leave(), a.ret(), a.int3(); }, {0xc9, 0xc3, 0xcc}},
  };
  return table;
}

TEST(Assembler, EncodesAsTheManualSays) {
  for (const Row& row : rows()) EXPECT_EQ(emitted(row), row.bytes) << row.text;
}

TEST(Assembler, ShortLabelsReachTheirPlace) {
  jit::CodeBuffer buffer;
  buffer.ensure(64);
  Assembler a(buffer);
  ShortLabel out;
  a.jcc(Cond::ae, out);
  a.nop5();
  a.jmp(out);
  a.nop3();
  a.bind(out);
  EXPECT_EQ(buffer.bytes()[1], 10);
  EXPECT_EQ(buffer.bytes()[8], 3);
}

TEST(Assembler, ABackwardJumpCountsFromItsEnd) {
  jit::CodeBuffer buffer;
  buffer.ensure(64);
  Assembler a(buffer);
  const std::uint32_t again = a.here();
  a.nop5();
  a.jcc_back(Cond::ne, again);
  EXPECT_EQ(buffer.bytes()[5], 0x75);
  EXPECT_EQ(buffer.bytes()[6], 0xf9);  // -7
}

}  // namespace

}  // namespace tailbound::test
