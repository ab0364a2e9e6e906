#include "oracles/engine/arm64/stubs.hpp"

#include <cstddef>

#include "jit/arm64/assembler.hpp"
#include "jit/arm64/literal.hpp"

namespace tailbound::engine::arm64 {

namespace {

using namespace tailbound::arm64;
using native::ArrayObject;
using native::EntryRecord;
using native::register_poison;
using native::Stubs;

constexpr X x(unsigned number) { return {static_cast<Gp>(number)}; }
constexpr W w(unsigned number) { return {static_cast<Gp>(number)}; }
/// No BPF register, and nothing that a call passes: holds the record's address.
constexpr X record_register = x(16);
constexpr unsigned first_saved = 19, last_saved = 29;

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
    return stubs;
  }

 private:
  /// Stubs begin on 16 bytes; the gap traps.
  std::uint32_t start() {
    out_.ensure(1024);
    while (a_.here() % 16 != 0) a_.brk(0);
    return a_.here();
  }

  void load_record() { emit_mov64(a_, record_register, record_); }
  void move(X to, X from) { a_.add(to, from, Imm12(0)); }
  static MemImm field(std::size_t offset) { return at(record_register, static_cast<std::uint32_t>(offset)); }

  void enter(Stubs& stubs) {
    stubs.enter = start();
    a_.bti_c();
    for (unsigned reg = first_saved; reg <= last_saved; reg += 2) a_.push(x(reg), x(reg + 1));
    load_record();
    move(x(9), sp);
    a_.str(x(9), field(offsetof(EntryRecord, host_stack)));
    a_.ldr(x(9), field(offsetof(EntryRecord, stack_top)));
    move(sp, x(9));
    a_.ldr(x(0), field(offsetof(EntryRecord, context)));
    a_.ldr(x(1), field(offsetof(EntryRecord, length)));
    a_.ldr(x(17), field(offsetof(EntryRecord, target)));
    for (unsigned reg = first_saved; reg <= last_saved; ++reg)
      emit_mov64(a_, x(reg), canaries[reg - first_saved]);
    poison(2, 15);
    a_.blr(x(17));
    load_record();
    a_.str(x(0), field(offsetof(EntryRecord, returned)));
    move(x(9), sp);
    a_.str(x(9), field(offsetof(EntryRecord, stack_pointer)));
    for (unsigned reg = first_saved; reg <= last_saved; ++reg) {
      a_.str(x(reg), field(offsetof(EntryRecord, saved) + 8 * (reg - first_saved)));
    }
    stubs.recover = a_.here();
    load_record();
    a_.ldr(x(9), field(offsetof(EntryRecord, host_stack)));
    move(sp, x(9));
    for (unsigned reg = last_saved; reg >= first_saved; reg -= 2) a_.pop(x(reg), x(reg + 1));
    a_.ret();
  }

  /// Registers first … last. x18 belongs to the platform.
  void poison(unsigned first, unsigned last) {
    emit_mov64(a_, x(first), register_poison);
    for (unsigned reg = first + 1; reg <= last; ++reg) move(x(reg), x(first));
  }
  /// A helper may leave anything in the caller-saved registers.
  void leave_helper() {
    poison(1, 17);
    a_.ret();
  }

  /// x0 = *counter + 1, which is what it then holds.
  void next(std::size_t counter) {
    load_record();
    a_.ldr(x(0), field(counter));
    a_.add(x(0), x(0), Imm12(1));
    a_.str(x(0), field(counter));
  }

  /// x0 = address of the value, x10 = its bytes. x0: the map, x1: address of a 32-bit key.
  void find_value(ShortLabel& absent) {
    a_.ldr(w(9), at(x(1), 0));
    a_.ldr(w(10), at(x(0), options_.max_entries));
    a_.cmp(w(9), w(10));
    a_.b(Cond::cs, absent);
    a_.ldr(w(11), at(x(0), offsetof(ArrayObject, stride)));
    a_.ldr(w(10), at(x(0), offsetof(ArrayObject, value_size)));
    a_.ldr(x(0), at(x(0), offsetof(ArrayObject, values)));
    a_.mul(x(9), x(9), x(11));
    a_.add(x(0), x(0), x(9));
  }

  /// x0: address of the value, or 0.
  void lookup() {
    ShortLabel absent;
    find_value(absent);
    leave_helper();
    a_.bind(absent);
    answer(0);
  }

  void answer(std::int32_t value) {
    emit_mov(a_, x(0), value);
    leave_helper();
  }

  /// x2: address of a value, x3: flags. The kernel's answers (kernel/bpf/arraymap.c,
  /// array_map_update_elem): an array's entries all exist.
  void update() {
    ShortLabel invalid;
    ShortLabel too_big;
    ShortLabel exists;
    a_.cmp(x(3), Imm12(2));
    a_.b(Cond::hi, invalid);
    find_value(too_big);
    a_.cmp(x(3), Imm12(1));
    a_.b(Cond::eq, exists);
    const std::uint32_t next_byte = a_.here();
    a_.sub(x(10), x(10), Imm12(1));
    a_.ldrb(w(11), at(x(2), x(10)));
    a_.strb(w(11), at(x(0), x(10)));
    a_.cbnz(x(10), static_cast<std::int32_t>(next_byte - a_.here()));
    answer(0);
    a_.bind(invalid);
    answer(-22);
    a_.bind(too_big);
    answer(-7);
    a_.bind(exists);
    answer(-17);
  }

  /// bpf::time_value
  void time() {
    next(offsetof(EntryRecord, time_calls));
    emit_mov64(a_, x(9), 1000);
    a_.mul(x(0), x(0), x(9));
    leave_helper();
  }

  /// bpf::random_value
  void random() {
    next(offsetof(EntryRecord, random_calls));
    emit_mov64(a_, x(9), 0x9e3779b97f4a7c15ULL);
    a_.mul(x(0), x(0), x(9));
    a_.ldr(x(9), field(offsetof(EntryRecord, seed)));
    a_.add(x(0), x(0), x(9));
    fold_high_half();
    emit_mov64(a_, x(9), 0xd6e8feb86659fd93ULL);
    a_.mul(x(0), x(0), x(9));
    fold_high_half();
    a_.add(w(0), w(0), Imm12(0));
    leave_helper();
  }
  void fold_high_half() {
    a_.lsr(x(9), x(0), 32);
    a_.eor(x(0), x(0), x(9));
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

}  // namespace tailbound::engine::arm64
