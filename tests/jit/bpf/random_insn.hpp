// RapidCheck generators of slots: valid ones by the row, and any words at all. For the tests of jit/bpf.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <vector>

#include <rapidcheck/gtest.h>

#include "jit/bpf/decode.hpp"
#include "jit/bpf/insn.hpp"

namespace tailbound::bpf::testing {

template <class Int>
rc::Gen<Int> edgy() {
  using Limits = std::numeric_limits<Int>;
  return rc::gen::weightedOneOf<Int>(
      {{1, rc::gen::element<Int>(Limits::min(), Int(-1), Int(0), Int(1), Limits::max())},
       {3, rc::gen::resize(100, rc::gen::arbitrary<Int>())}});
}

inline rc::Gen<std::uint8_t> written() { return rc::gen::inRange<std::uint8_t>(0, 10); }
inline rc::Gen<std::uint8_t> read() { return rc::gen::inRange<std::uint8_t>(0, 11); }
inline rc::Gen<std::uint8_t> imm64_kind() { return rc::gen::inRange<std::uint8_t>(0, 7); }

/// Random values for what this form of instruction uses; said again here, not taken from decode.cpp.
inline Insn draw_slot(const InsnRow& row) {
  Insn insn{row.opcode, 0, row.src, row.off, row.imm};
  const auto off = [&] { insn.off = *edgy<std::int16_t>(); };
  const auto imm = [&] { insn.imm = *edgy<std::int32_t>(); };
  switch (row.form) {
    case Form::alu_imm: insn.dst = *written(); imm(); break;
    case Form::alu_reg: case Form::movsx: insn.dst = *written(); insn.src = *read(); break;
    case Form::alu_unary: case Form::byte_swap: insn.dst = *written(); break;
    case Form::load: case Form::load_sx: insn.dst = *written(); insn.src = *read(); off(); break;
    case Form::store_imm: insn.dst = *read(); off(); imm(); break;
    case Form::store_reg: insn.dst = *read(); insn.src = *read(); off(); break;
    case Form::atomic: insn.dst = *read(); insn.src = *written(); off(); break;
    case Form::load_imm64: insn.dst = *written(); insn.src = *imm64_kind(); imm(); break;
    case Form::jump_imm: insn.dst = *read(); off(); imm(); break;
    case Form::jump_reg: insn.dst = *read(); insn.src = *read(); off(); break;
    case Form::jump_always: off(); break;
    case Form::jump_always32: case Form::call_helper: case Form::call_local: case Form::call_kfunc:
      imm();
      break;
    case Form::exit: break;
  }
  return insn;
}

inline std::size_t draw_index(std::size_t size) { return *rc::gen::inRange<std::size_t>(0, size); }

inline const InsnRow& draw_row() {
  return insn_table()[draw_index(insn_table().size())];
}

/// The second slot of a two-slot load: only plain values and offsets into maps use its imm.
inline Insn draw_second(const Insn& first) {
  const bool uses_high = first.src == 0 || first.src == 2 || first.src == 6;
  return build::imm64_high(uses_high ? *edgy<std::int32_t>() : 0);
}

inline std::uint64_t draw_word() { return *rc::gen::resize(100, rc::gen::arbitrary<std::uint64_t>()); }

/// Valid slots, valid slots with one bit flipped, and noise: most noise is no instruction at all.
inline Insn draw_any_slot() {
  const std::uint64_t valid = to_word(draw_slot(draw_row()));
  switch (*rc::gen::inRange(0, 3)) {
    case 0: return from_word(valid);
    case 1: return from_word(valid ^ std::uint64_t{1} << *rc::gen::inRange(0, 64));
    default: return from_word(draw_word());
  }
}

inline std::vector<Insn> draw_any_slots() {
  std::vector<Insn> slots(*rc::gen::inRange<std::size_t>(0, 20));
  for (Insn& slot : slots) slot = draw_any_slot();
  return slots;
}

/// Points a jump, local call or code address at `distance`; other slots stay as they are.
inline void point(Insn& insn, Form form, std::int64_t distance) {
  const bool by_imm = form == Form::jump_always32 || form == Form::call_local ||
                      (form == Form::load_imm64 && insn.src == 4);
  const bool by_off = form == Form::jump_always || form == Form::jump_imm || form == Form::jump_reg;
  if (by_imm) insn.imm = static_cast<std::int32_t>(distance);
  if (by_off) insn.off = static_cast<std::int16_t>(distance);
}

/// A program that validate must accept: random rows, targets on first slots, an exit at the end.
inline std::vector<Insn> draw_program() {
  std::vector<Insn> program;
  std::vector<std::size_t> starts;
  std::vector<Form> forms;
  const auto count = *rc::gen::inRange(0, 20);
  for (int i = 0; i <= count; ++i) {
    const InsnRow& row = draw_row();
    starts.push_back(program.size());
    forms.push_back(i < count ? row.form : Form::exit);
    program.push_back(i < count ? draw_slot(row) : build::exit());
    if (is_two_slot(program.back())) program.push_back(draw_second(program.back()));
  }
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const std::size_t target = starts[draw_index(starts.size())];
    const auto distance = static_cast<std::int64_t>(target) - static_cast<std::int64_t>(starts[i]) - 1;
    point(program[starts[i]], forms[i], distance);
  }
  return program;
}

}  // namespace tailbound::bpf::testing
