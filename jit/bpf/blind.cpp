#include "jit/bpf/blind.hpp"

#include <cassert>

#include "jit/bpf/check_bytecode.hpp"

namespace tailbound::bpf {

namespace {

constexpr std::uint8_t hidden = 11;  // the register that holds a constant

bool blinds_alu(const Insn& insn) {
  switch (alu_op(insn)) {
    case AluOp::add:
    case AluOp::sub:
    case AluOp::mul:
    case AluOp::div:
    case AluOp::bit_or:
    case AluOp::bit_and:
    case AluOp::mod:
    case AluOp::bit_xor:
    case AluOp::mov: return !uses_src_register(insn);
    case AluOp::lsh:
    case AluOp::rsh:
    case AluOp::arsh:
    case AluOp::neg:
    case AluOp::end: return false;
  }
  return false;
}

bool is_zero_move(const Insn& insn) {
  const std::uint8_t kind = class_of(insn);
  return (kind == opcode::alu32 || kind == opcode::alu64) && alu_op(insn) == AluOp::mov &&
         !uses_src_register(insn) && insn.imm == 0;
}

bool blinds_jump(const Insn& insn) {
  const JumpOp op = jump_op(insn);
  return op != JumpOp::ja && op != JumpOp::call && op != JumpOp::exit && !uses_src_register(insn);
}

/// How many constants this instruction hides. One that has the register already is left alone.
std::uint32_t constants(const Insn& insn) {
  if (insn.dst == hidden || insn.src == hidden || is_zero_move(insn)) return 0;
  switch (class_of(insn)) {
    case opcode::alu32:
    case opcode::alu64: return blinds_alu(insn) ? 1 : 0;
    case opcode::jmp:
    case opcode::jmp32: return blinds_jump(insn) ? 1 : 0;
    case opcode::st: return (insn.opcode & opcode::mode_mask) == opcode::mode_mem ? 1 : 0;
    case opcode::ld: return is_two_slot(insn) ? 2 : 0;
    default: return 0;
  }
}

class Blinder {
 public:
  Blinder(const Bytecode& program, std::span<const BlindPair> pairs) : in_(program), pairs_(pairs) {}

  Bytecode blind() {
    for (const LoweredFunction& function : in_.functions) {
      out_.functions.push_back(function);
      out_.functions.back().first_insn = here();
      for (std::uint32_t i = function.first_insn; i < function.end_insn; ++i) add(i);
      out_.functions.back().end_insn = here();
    }
    moved_.push_back(here());
    for (const Jump& jump : jumps_) retarget(jump);
    return std::move(out_);
  }

 private:
  struct Jump {
    std::uint32_t at;      // in the new program
    std::uint32_t target;  // in the old one
  };

  std::uint32_t here() const { return static_cast<std::uint32_t>(out_.insns.size()); }

  void put(const Insn& insn, std::uint32_t from) {
    out_.insns.push_back(insn);
    out_.origin.push_back({.function = in_.origin[from].function, .site = -1});
  }

  void add(std::uint32_t& i) {
    moved_.push_back(here());
    const Insn& insn = in_.insns[i];
    if (is_local_call(insn)) jumps_.push_back({here(), i + 1 + static_cast<std::uint32_t>(insn.imm)});
    if (is_two_slot(insn) && constants(insn) == 2) return add_load(i);
    if (is_zero_move(insn) && insn.dst != hidden) {
      return put({opcode::alu64 | opcode::src_register | build::code(AluOp::bit_xor), insn.dst, insn.dst, 0, 0},
                 i);
    }
    if (constants(insn) != 0) return add_hidden(i);
    const auto target = jump_target(in_.insns, i);
    if (target) jumps_.push_back({here(), *target});
    if (is_tail_call(insn)) add_site(i);
    else put(insn, i);
    if (!is_two_slot(insn)) return;
    moved_.push_back(here());
    ++i;
    put(in_.insns[i], i);
  }

  void add_site(std::uint32_t i) {
    LoweredSite site = in_.sites[static_cast<std::size_t>(in_.origin[i].site)];
    site.insn = here();
    site.direct_index = std::nullopt;
    put(in_.insns[i], i);
    out_.origin.back().site = static_cast<std::int32_t>(out_.sites.size());
    out_.sites.push_back(site);
  }

  const BlindPair& next() {
    assert(next_ < pairs_.size() && "a pair for every constant");
    return pairs_[next_++];
  }

  /// r11 = the constant, by operations of this class.
  void hide(std::uint8_t kind, const BlindPair& pair, std::int32_t low, std::uint32_t from) {
    put({static_cast<std::uint8_t>(kind | build::code(AluOp::mov)), hidden, 0, 0, low}, from);
    put({static_cast<std::uint8_t>(kind | build::code(AluOp::bit_xor)), hidden, 0, 0, pair.high}, from);
  }

  /// The instruction by a register in place of its constant.
  void add_hidden(std::uint32_t i) {
    Insn insn = in_.insns[i];
    const std::uint8_t kind = class_of(insn);
    const bool narrow = kind == opcode::alu32 || kind == opcode::jmp32;
    const BlindPair& pair = next();
    hide(narrow ? opcode::alu32 : opcode::alu64, pair, pair.high ^ insn.imm, i);
    const auto target = jump_target(in_.insns, i);
    if (target) jumps_.push_back({here(), *target});
    if (kind == opcode::st)
      insn.opcode = static_cast<std::uint8_t>((insn.opcode & ~opcode::class_mask) | opcode::stx);
    else insn.opcode |= opcode::src_register;
    insn.src = hidden;
    insn.imm = 0;
    put(insn, i);
  }

  /// The upper half, shifted up, then the lower one.
  void add_load(std::uint32_t& i) {
    const Insn first = in_.insns[i];
    const Insn second = in_.insns[i + 1];
    const bool known = first.src == static_cast<std::uint8_t>(Imm64Kind::value);
    const auto dst = static_cast<Reg>(first.dst);
    const BlindPair& upper = next();
    hide(opcode::alu64, upper, known ? upper.high ^ second.imm : upper.low, i);
    put({opcode::alu64 | build::code(AluOp::lsh), hidden, 0, 0, 32}, i);
    put({opcode::alu64 | opcode::src_register | build::code(AluOp::mov), build::num(dst), hidden, 0, 0}, i);
    moved_.push_back(here());
    const BlindPair& lower = next();
    hide(opcode::alu32, lower, known ? lower.high ^ first.imm : lower.low, i);
    put({opcode::alu64 | opcode::src_register | build::code(AluOp::bit_or), build::num(dst), hidden, 0, 0}, i);
    ++i;
  }

  void retarget(const Jump& jump) {
    Insn& insn = out_.insns[jump.at];
    const auto distance = static_cast<std::int32_t>(moved_[jump.target] - jump.at - 1);
    if (is_local_call(insn) || insn.opcode == opcode::ja32) insn.imm = distance;
    else insn.off = static_cast<std::int16_t>(distance);
  }

  const Bytecode& in_;
  std::span<const BlindPair> pairs_;
  Bytecode out_;
  std::vector<std::uint32_t> moved_;  // by old slot: where it begins now
  std::vector<Jump> jumps_;
  std::size_t next_ = 0;
};

}  // namespace

std::uint32_t blinded_constants(const Bytecode& program, const LoweredFunction& function) {
  std::uint32_t count = 0;
  for (std::uint32_t i = function.first_insn; i < function.end_insn; ++i) {
    count += constants(program.insns[i]);
    if (is_two_slot(program.insns[i])) ++i;
  }
  return count;
}

Bytecode blind(const Bytecode& program, std::span<const BlindPair> pairs) {
  return Blinder(program, pairs).blind();
}

}  // namespace tailbound::bpf
