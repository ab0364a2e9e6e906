// Faults of the prologue: the count's beginning, its cell and pointer, the frame.
#include "tests/planted/hand_written.hpp"

namespace tailbound::planted {

namespace {

// --- pointer: "count cell and pointer", in parts ---

void push_pointer_twice(Emitter& e) {
  e.a.push(rax);
  e.a.push(rax);
}
void push_value_and_its_address(Emitter& e) {
  e.a.push(rax);
  e.a.mov(rax, rsp);
  e.a.push(rax);
}
void copy_count(Emitter& e) {
  e.a.mov(rax, at(rax));
  push_value_and_its_address(e);
}
void begin_at_zero(Emitter& e) {
  e.a.alu(Group1::bit_xor, eax, eax);
  push_value_and_its_address(e);
}
void push_pointer_once(Emitter& e) { e.a.push(rax); }

using Part = void (*)(Emitter&);
struct Cell {
  Part in_subprogram = push_pointer_twice;
  Part handed_pointer = push_pointer_twice;
  Cond is_pointer = Cond::a;
  bool wide = true;
};

template <Cell cell>
constexpr Step cell_and_pointer = named("count cell and pointer", [](Emitter& e) {
  if (!e.frame.reaches_tail_call) return;
  if (!e.frame.is_main) return cell.in_subprogram(e);
  ShortLabel pointer;
  ShortLabel joined;
  cell.wide ? e.a.alu_imm8(Group1::cmp, rax, count_limit) : e.a.alu_imm8(Group1::cmp, eax, count_limit);
  e.a.jcc(cell.is_pointer, pointer);
  push_value_and_its_address(e);
  e.a.jmp(joined);
  e.a.bind(pointer);
  cell.handed_pointer(e);
  e.a.bind(joined);
});

Change cell(const Step& step) { return swap_step("pointer", "prologue", "count cell and pointer", {step}); }

void add_cell_faults(std::vector<Fault>& faults) {
  faults.push_back({.name = "subprogram-counts-in-a-copy",
                    .bug = "A3",
                    .base = "pointer",
                    .summary =
                        "a subprogram makes a cell of its own from the count that it was handed; what it "
                        "spends is lost when it returns",
                    .change = cell(cell_and_pointer<Cell{.in_subprogram = copy_count}>),
                    .caught_by = "bound"});
  faults.push_back({.name = "subprogram-begins-at-zero",
                    .bug = "A9",
                    .base = "pointer",
                    .summary = "a subprogram is compiled as a main is: it begins to count anew",
                    .change = cell(cell_and_pointer<Cell{.in_subprogram = begin_at_zero}>),
                    .caught_by = "bound"});
  faults.push_back({.name = "count-33-taken-for-a-pointer",
                    .bug = "A6",
                    .base = "pointer",
                    .summary = "value or pointer is told by '< 33' instead of '<= 33': the last count that is "
                               "handed on is dereferenced",
                    .change = cell(cell_and_pointer<Cell{.is_pointer = Cond::ae}>),
                    .caught_by = "fault"});
  faults.push_back({.name = "pointer-told-by-its-low-half",
                    .bug = "A6",
                    .base = "pointer",
                    .summary = "value or pointer is told by 32 bits: a pointer whose low word is at most 33 is "
                               "taken for a count",
                    .change = cell(cell_and_pointer<Cell{.wide = false}>),
                    .caught_by = "count"});
  faults.push_back(
      {.name = "pointer-told-by-signed-compare",
       .bug = "A6",
       .base = "pointer",
       .summary = "value or pointer is told by a signed comparison: a kernel's addresses are negative",
       .change = cell(cell_and_pointer<Cell{.is_pointer = Cond::g}>),
       .not_shown_by = "a stack in the upper half of the address space: a process has none"});
  faults.push_back(
      {.name = "handed-pointer-is-copied-into-a-cell",
       .base = "pointer",
       .summary = "a main that a subprogram tail-calls stores a pointer to its copy of the pointer",
       .change = cell(cell_and_pointer<Cell{.handed_pointer = push_value_and_its_address}>),
       .caught_by = "count"});
  faults.push_back({.name = "handed-pointer-is-pushed-once",
                    .base = "pointer",
                    .summary = "a main that a subprogram tail-calls pushes one word where the others push two",
                    .change = cell(cell_and_pointer<Cell{.handed_pointer = push_pointer_once}>),
                    .caught_by = "bound"});
}

// --- where the count begins ---

constexpr Step no_seed = named("seed count", [](Emitter& e) { e.a.nop3(); });
constexpr Step seed_by_32_bits = named("seed count", [](Emitter& e) {
  if (!seeds_count(e)) return e.a.nop3();
  e.a.alu(Group1::bit_xor, eax, eax);
  e.a.nops(1);
});
constexpr Step seed_everywhere = named("seed count", [](Emitter& e) {
  e.frame.reaches_tail_call ? e.a.alu(Group1::bit_xor, eax, eax) : e.a.nop2();
});

void call_own_body(Emitter& e, bool clear, bool pop) {
  if (!seeds_count(e)) return e.a.nops(13);
  clear ? e.a.alu(Group1::bit_xor, eax, eax) : e.a.nop2();
  e.a.push(rax);
  e.a.mov(rax, rsp);
  e.a.call_over(2);
  pop ? e.a.pop(rcx) : e.a.nops(1);
  e.a.ret();
}
constexpr Step entry_cell_not_cleared =
    named("call own body", [](Emitter& e) { call_own_body(e, false, true); });
constexpr Step entry_cell_not_popped =
    named("call own body", [](Emitter& e) { call_own_body(e, true, false); });

void add_seed_faults(std::vector<Fault>& faults) {
  faults.push_back({.name = "count-not-seeded",
                    .base = "pointer",
                    .summary = "where a main is entered from outside rax stays what the caller left there",
                    .change = swap_step("pointer", "prologue", "seed count", {no_seed}),
                    .caught_by = "fault"});
  faults.push_back({.name = "count-seeded-by-32-bits",
                    .base = "pointer",
                    .summary = "xor eax, eax and a nop for xor rax, rax",
                    .change = swap_step("pointer", "prologue", "seed count", {seed_by_32_bits}),
                    .equivalent = "a 32-bit operation clears the high half"});
  faults.push_back({.name = "subprogram-is-seeded",
                    .bug = "A9",
                    .base = "back-propagate-poked",
                    .summary = "the prologue of a subprogram sets the count to 0 as that of a main does",
                    .change = swap_step("back-propagate-poked", "prologue", "seed count", {seed_everywhere}),
                    .caught_by = "bound"});
  faults.push_back({.name = "entry-cell-not-cleared",
                    .base = "call-prologue",
                    .summary = "the cell of an entered main begins with what rax held",
                    .change = swap_step("call-prologue", "prologue", "call own body", {entry_cell_not_cleared}),
                    .caught_by = "count"});
  faults.push_back(
      {.name = "entry-cell-not-popped",
       .base = "call-prologue",
       .summary = "an entered main returns to the count, which still lies above its return address",
       .change = swap_step("call-prologue", "prologue", "call own body", {entry_cell_not_popped}),
       .caught_by = "fault"});
}

// --- the frame ---

constexpr Step stack_unrounded = named("stack", [](Emitter& e) {
  const auto size = static_cast<std::int32_t>(e.frame.stack_depth);
  if (size != 0) e.a.alu_imm32(Group1::sub, rsp, size);
});
constexpr Step save_in_reverse = named("save registers", [](Emitter& e) {
  for (unsigned i = 4; i-- > 0;) {
    if ((e.frame.saved_registers & (1U << i)) != 0) e.a.push(saved_register[i]);
  }
});
constexpr Step save_r9_never = named("save registers", [](Emitter& e) {
  const std::uint8_t all = e.frame.saved_registers;
  e.frame.saved_registers = all & 7;
  e.push_saved();
  e.frame.saved_registers = all;
});
constexpr Step save_wrong_register = named("save registers", [](Emitter& e) {
  for (unsigned i = 0; i < 4; ++i) {
    if ((e.frame.saved_registers & (1U << i)) != 0) e.a.push(i == 3 ? r14 : saved_register[i]);
  }
});

void add_frame_faults(std::vector<Fault>& faults) {
  const auto frame = [&](std::string name, std::string summary, std::string_view step, const Step& wrong,
                         std::string caught_by) {
    faults.push_back({.name = std::move(name),
                      .base = "pointer",
                      .summary = std::move(summary),
                      .change = swap_step("pointer", "prologue", step, {wrong}),
                      .caught_by = std::move(caught_by)});
  };
  frame("stack-not-rounded", "rsp goes down by the stack depth, which need not be a multiple of 8", "stack",
        stack_unrounded, "fault");
  frame("registers-saved-in-reverse", "r9 is pushed first and popped first", "save registers", save_in_reverse,
        "frame");
  frame("r9-not-saved", "r9 is popped where it was used, and never pushed", "save registers", save_r9_never,
        "frame");
  frame("r8-saved-for-r9", "r14 is pushed in the place of r15", "save registers", save_wrong_register, "frame");
}

}  // namespace

void add_prologue_faults(std::vector<Fault>& faults) {
  add_cell_faults(faults);
  add_seed_faults(faults);
  add_frame_faults(faults);
}

}  // namespace tailbound::planted
