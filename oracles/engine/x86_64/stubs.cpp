#include "oracles/engine/x86_64/stubs.hpp"

#include <cstddef>

#include "jit/x86_64/assembler.hpp"

namespace tailbound::engine::x86_64 {

namespace {

using namespace tailbound::x86_64;
using native::ArrayObject;
using native::EntryRecord;
using native::register_poison;
using native::Stubs;

constexpr std::array<R64, 6> callee_saved = {rbx, rbp, r12, r13, r14, r15};

class StubWriter {
 public:
  StubWriter(jit::CodeBuffer& out, std::uint64_t record, const jit::Options& options)
      : out_(out), a_(out), record_(record), options_(options) {}

  Stubs write() {
    Stubs stubs;
    enter(stubs);
    stubs.lookup = start();
    lookup();
    stubs.update = start();
    update();
    stubs.time = start();
    time();
    stubs.random = start();
    random();
    stubs.return_thunk = start();
    a_.ret();
    a_.int3();
    for (unsigned reg = 0; reg < 16; ++reg) {
      stubs.thunk[reg] = start();
      a_.jmp(R64{static_cast<Gp>(reg)});
      a_.int3();
    }
    return stubs;
  }

 private:
  /// Stubs begin on 16 bytes; the gap traps.
  std::uint32_t start() {
    out_.ensure(512);
    while (a_.here() % 16 != 0) a_.int3();
    return a_.here();
  }

  void load_record(R64 reg) { a_.mov_imm64(reg.reg, record_); }
  static Mem field(R64 record, std::size_t offset) { return at(record, static_cast<std::int32_t>(offset)); }
  static Mem saved_field(R64 record, std::size_t i) {
    return field(record, offsetof(EntryRecord, saved) + 8 * i);
  }

  void enter(Stubs& stubs) {
    stubs.enter = start();
    a_.endbr64();
    for (const R64 reg : callee_saved) a_.push(reg);
    load_record(r11);
    a_.mov(field(r11, offsetof(EntryRecord, host_stack)), rsp);
    a_.mov(rsp, field(r11, offsetof(EntryRecord, stack_top)));
    a_.mov(rdi, field(r11, offsetof(EntryRecord, context)));
    a_.mov(rsi, field(r11, offsetof(EntryRecord, length)));
    a_.mov(r11, field(r11, offsetof(EntryRecord, target)));
    for (std::size_t i = 0; i < callee_saved.size(); ++i) a_.mov_imm64(callee_saved[i].reg, canaries[i]);
    poison({rax, rcx, rdx, r8, r9, r10});
    a_.call(r11);
    load_record(r11);
    a_.mov(field(r11, offsetof(EntryRecord, returned)), rax);
    a_.mov(field(r11, offsetof(EntryRecord, stack_pointer)), rsp);
    for (std::size_t i = 0; i < callee_saved.size(); ++i) a_.mov(saved_field(r11, i), callee_saved[i]);
    stubs.recover = a_.here();
    load_record(r11);
    a_.mov(rsp, field(r11, offsetof(EntryRecord, host_stack)));
    for (std::size_t i = callee_saved.size(); i-- > 0;) a_.pop(callee_saved[i]);
    a_.ret();
    a_.int3();
  }

  void poison(std::initializer_list<R64> registers) {
    for (const R64 reg : registers) a_.mov_imm64(reg.reg, register_poison);
  }
  /// A helper may leave anything in the caller-saved registers.
  void leave_helper() {
    poison({rdi, rsi, rdx, rcx, r8, r9, r10, r11});
    a_.ret();
    a_.int3();
  }

  /// rax = *counter, which then is one more.
  void next(std::size_t counter) {
    load_record(r11);
    a_.mov(rax, field(r11, counter));
    a_.mov(rcx, rax);
    a_.alu_imm8(Group1::add, rcx, 1);
    a_.mov(field(r11, counter), rcx);
  }

  /// rdi: the map, rsi: address of a 32-bit key. rax: address of the value, or 0.
  void lookup() {
    ShortLabel absent;
    ShortLabel done;
    a_.mov(eax, at(rsi));
    a_.alu(Group1::cmp, at(rdi, options_.max_entries), eax);
    a_.jcc(Cond::be, absent);
    a_.mov(ecx, field(rdi, offsetof(ArrayObject, stride)));
    a_.imul(rax, rcx);
    a_.mov(rcx, field(rdi, offsetof(ArrayObject, values)));
    a_.alu(Group1::add, rax, rcx);
    a_.jmp(done);
    a_.bind(absent);
    a_.alu(Group1::bit_xor, eax, eax);
    a_.bind(done);
    leave_helper();
  }

  /// rdi: the map, rsi: address of a key, rdx: of a value, rcx: flags. The kernel's answers
  /// (kernel/bpf/arraymap.c, array_map_update_elem): an array's entries all exist.
  void update() {
    ShortLabel invalid;
    ShortLabel too_big;
    ShortLabel exists;
    ShortLabel done;
    a_.alu_imm8(Group1::cmp, rcx, 2);
    a_.jcc(Cond::a, invalid);
    a_.mov(eax, at(rsi));
    a_.alu(Group1::cmp, at(rdi, options_.max_entries), eax);
    a_.jcc(Cond::be, too_big);
    a_.alu_imm8(Group1::cmp, rcx, 1);
    a_.jcc(Cond::e, exists);
    a_.mov(ecx, field(rdi, offsetof(ArrayObject, stride)));
    a_.imul(rax, rcx);
    a_.mov(ecx, field(rdi, offsetof(ArrayObject, value_size)));
    a_.mov(rdi, field(rdi, offsetof(ArrayObject, values)));
    a_.alu(Group1::add, rax, rdi);
    copy_value();
    a_.alu(Group1::bit_xor, eax, eax);
    a_.jmp(done);
    a_.bind(invalid);
    a_.mov_simm32(Gp::rax, -22);
    a_.jmp(done);
    a_.bind(too_big);
    a_.mov_simm32(Gp::rax, -7);
    a_.jmp(done);
    a_.bind(exists);
    a_.mov_simm32(Gp::rax, -17);
    a_.bind(done);
    leave_helper();
  }

  /// rcx bytes from rdx to rax, in words as far as they go.
  void copy_value() {
    ShortLabel rest;
    ShortLabel copied;
    a_.alu_imm8(Group1::cmp, rcx, 8);
    a_.jcc(Cond::b, rest);
    const std::uint32_t next_word = a_.here();
    a_.mov(rdi, at(rdx));
    a_.mov(at(rax), rdi);
    a_.alu_imm8(Group1::add, rdx, 8);
    a_.alu_imm8(Group1::add, rax, 8);
    a_.alu_imm8(Group1::sub, rcx, 8);
    a_.alu_imm8(Group1::cmp, rcx, 8);
    a_.jcc_back(Cond::ae, next_word);
    a_.bind(rest);
    a_.alu_imm8(Group1::cmp, rcx, 0);
    a_.jcc(Cond::e, copied);
    const std::uint32_t next_byte = a_.here();
    a_.movzx8(rdi, at(rdx));
    a_.mov8(at(rax), Gp::rdi);
    a_.alu_imm8(Group1::add, rdx, 1);
    a_.alu_imm8(Group1::add, rax, 1);
    a_.alu_imm8(Group1::sub, rcx, 1);
    a_.jcc_back(Cond::ne, next_byte);
    a_.bind(copied);
  }

  /// bpf::time_value
  void time() {
    next(offsetof(EntryRecord, time_calls));
    a_.alu_imm8(Group1::add, rax, 1);
    a_.imul_imm32(rax, rax, 1000);
    leave_helper();
  }

  /// bpf::random_value
  void random() {
    next(offsetof(EntryRecord, random_calls));
    a_.alu_imm8(Group1::add, rax, 1);
    a_.mov_imm64(Gp::rcx, 0x9e3779b97f4a7c15ULL);
    a_.imul(rax, rcx);
    a_.mov(rcx, field(r11, offsetof(EntryRecord, seed)));
    a_.alu(Group1::add, rax, rcx);
    fold_high_half();
    a_.mov_imm64(Gp::rcx, 0xd6e8feb86659fd93ULL);
    a_.imul(rax, rcx);
    fold_high_half();
    a_.mov(eax, eax);
    leave_helper();
  }
  void fold_high_half() {
    a_.mov(rdx, rax);
    a_.shift_imm8(Shift::shr, rdx, 32);
    a_.alu(Group1::bit_xor, rax, rdx);
  }

  jit::CodeBuffer& out_;
  Assembler a_;
  std::uint64_t record_;
  const jit::Options& options_;
};

}  // namespace

native::Stubs emit_stubs(jit::CodeBuffer& out, std::uint64_t record, const jit::Options& options) {
  return StubWriter(out, record, options).write();
}

}  // namespace tailbound::engine::x86_64
