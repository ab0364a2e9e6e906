// One random instruction with its operands: every choice that it needs, drawn before anything is written.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "jit/bpf/decode.hpp"
#include "jit/bpf/lowered.hpp"
#include "tests/insns/draw.hpp"

namespace tailbound::insns {

using bpf::Form;
using bpf::Insn;
using bpf::InsnRow;

struct Step {
  const InsnRow* row = nullptr;
  Insn insn;
  std::int32_t second = 0;  // of a two-slot load
  std::uint64_t dst = 0;    // what the registers hold before; not of a base of an access, not of r10
  std::uint64_t src = 0;
  std::uint64_t r0 = 0;           // where it is neither
  std::uint64_t memory = 0;       // what the accessed place holds
  bool memory_is_base = false;    // the address itself instead, so that comparisons of addresses hold
  std::uint32_t place = 0;        // of the access: bytes into the step's 16 bytes of memory
  std::uint64_t bad_address = 0;  // accessed instead; 0: none
  std::uint32_t distance = 0;     // jumps: fillers jumped over
  bool backward = false;
};

inline bool is_jump(Form form) {
  return form == Form::jump_imm || form == Form::jump_reg || form == Form::jump_always ||
         form == Form::jump_always32;
}
inline bool accesses_memory(Form form) {
  return form == Form::load || form == Form::load_sx || form == Form::store_imm || form == Form::store_reg ||
         form == Form::atomic;
}
inline bool is_load(Form form) { return form == Form::load || form == Form::load_sx; }
inline bool reads_src(Form form) {
  return form == Form::alu_reg || form == Form::movsx || form == Form::jump_reg || form == Form::store_reg ||
         form == Form::atomic;
}
inline std::uint8_t base_of(const Step& step) {
  return is_load(step.row->form) ? step.insn.src : step.insn.dst;
}

/// Whether its result depends on where the stack lies, which no two engines share.
inline bool reads_frame_pointer(const Step& step) {
  if (reads_src(step.row->form) && step.insn.src == 10) return true;
  return is_jump(step.row->form) && step.insn.dst == 10;
}

/// All instructions but calls, exits and addresses of maps, which have tests of their own.
inline std::span<const InsnRow* const> stepped_rows() {
  static const std::vector<const InsnRow*> rows = [] {
    std::vector<const InsnRow*> chosen;
    for (const InsnRow& row : bpf::insn_table()) {
      const bool ends = row.form == Form::call_helper || row.form == Form::call_local ||
                        row.form == Form::call_kfunc || row.form == Form::exit;
      if (!ends) chosen.push_back(&row);
    }
    return chosen;
  }();
  return rows;
}

/// Nothing lies there, on any engine.
inline std::uint64_t draw_bad_address(Draw& draw) {
  switch (draw.below(5)) {
    case 0:
      return 8 + draw.below(4000);
    case 1:
      return 0x8000'0000'0000'0000 + draw.below(1 << 20);
    case 2:
      return 0xffff'8000'0000'0000 + draw.below(1 << 20);
    case 3:
      return bpf::given_context_address + bpf::given_context_limit - 64 + draw.below(32);
    default:
      return std::uint64_t{0} - 64 + draw.below(32);
  }
}

inline void draw_registers(Draw& draw, Step& step) {
  const Form form = step.row->form;
  const bool writes_dst =
      !is_jump(form) && form != Form::store_imm && form != Form::store_reg && form != Form::atomic;
  const bool fetches = form == Form::atomic && (step.row->imm & 1) != 0 && step.row->imm != 0xf1;
  const bool has_dst = form != Form::jump_always && form != Form::jump_always32;
  const bool has_src = reads_src(form) || is_load(form);
  if (has_dst) step.insn.dst = static_cast<std::uint8_t>(draw.below(writes_dst ? 10 : 11));
  if (has_src) step.insn.src = static_cast<std::uint8_t>(draw.below(fetches ? 10 : 11));
}

inline void draw_immediate(Draw& draw, Step& step) {
  const Form form = step.row->form;
  if (form == Form::alu_imm || form == Form::store_imm || form == Form::jump_imm || form == Form::load_imm64) {
    step.insn.imm = static_cast<std::int32_t>(draw.edgy());
  }
  step.second = static_cast<std::int32_t>(draw.edgy());
}

inline void draw_access(Draw& draw, Step& step) {
  const auto width = static_cast<std::uint32_t>(bpf::width_of(step.insn));
  step.place = draw.below(17 - width);
  step.insn.off = static_cast<std::int16_t>(draw.edgy());
  // The verifier asks for alignment of atomics, and a processor may trap on a locked access across a cache
  // line.
  if (step.row->form == Form::atomic) step.place = step.place / width * width;
  if (base_of(step) != 10) return;
  const std::uint32_t down = width + draw.below(512 - width + 1);
  step.insn.off = static_cast<std::int16_t>(
      -static_cast<std::int32_t>(step.row->form == Form::atomic ? (down + width - 1) / width * width : down));
}

inline void draw_values(Draw& draw, Step& step) {
  step.dst = draw.edgy();
  step.src = draw.one_in(4) ? step.dst : draw.edgy();
  step.memory = draw.edgy();
  step.memory_is_base = draw.one_in(8);
  // Half of all comparisons with r0 hold, some of them in the low half alone.
  step.r0 = draw.one_in(2) ? step.memory : draw.one_in(2) ? step.memory ^ 0xffffffff00000000 : draw.edgy();
  if (draw.one_in(4)) step.src = step.dst ^ 0xffffffff00000000;
}

inline Step draw_step(Draw& draw, const InsnRow& row) {
  Step step;
  step.row = &row;
  step.insn = {.opcode = row.opcode, .dst = 0, .src = row.src, .off = row.off, .imm = row.imm};
  draw_registers(draw, step);
  draw_immediate(draw, step);
  draw_values(draw, step);
  if (accesses_memory(row.form)) draw_access(draw, step);
  // Its twin has another base.
  if (reads_frame_pointer(step)) step.memory_is_base = false;
  if (is_jump(row.form)) {
    step.backward = draw.one_in(3);
    step.distance = draw.one_in(8) ? 40 + draw.below(40) : draw.below(4);
  }
  return step;
}
inline Step draw_step(Draw& draw) { return draw_step(draw, *draw.of(stepped_rows())); }

/// A step whose access faults.
inline Step draw_bad_step(Draw& draw) {
  for (;;) {
    Step step = draw_step(draw);
    if (!accesses_memory(step.row->form) || base_of(step) == 10) continue;
    step.bad_address = draw_bad_address(draw);
    return step;
  }
}

}  // namespace tailbound::insns
