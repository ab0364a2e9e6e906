// The walk over one function's instructions, the same on every arch: it takes each apart and calls the arch's method
// for it. What an arch gives (`Target`, by name and kind of operand) stands in the calls below.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "jit/bpf/decode.hpp"
#include "jit/bpf/lowered.hpp"
#include "jit/emit/code_buffer.hpp"
#include "jit/image.hpp"
#include "jit/lower/frame.hpp"

namespace tailbound::jit {

struct Division {
  bool wide = true;
  bool remainder = false;
  bool is_signed = false;
};

/// Helpers that engines provide.
bool is_known_helper(std::int32_t number);

/// RFC 9669 table 11: the code of an ALU operation, and bit 0 to fetch.
namespace atomic_operation {
inline constexpr std::int32_t add = 0x00, bit_or = 0x40, bit_and = 0x50, bit_xor = 0xa0;
inline constexpr std::int32_t fetch = 0x01, xchg = 0xe1, cmpxchg = 0xf1;
}  // namespace atomic_operation

template <class Target>
class Walk {
 protected:
  /// `translated`: as Options::translated.
  Walk(const bpf::Bytecode& program, const bpf::LoweredFunction& function, bool translated = false)
      : program_(program), function_(function), translated_(translated) {}

  /// Every instruction of the function; `address` gets the offset in `code` of every slot, and of the end. An
  /// instruction takes at most `longest` bytes.
  std::expected<void, bpf::InsnError> walk(CodeBuffer& code, std::uint32_t longest,
                                           std::vector<std::uint32_t>& address) {
    address.resize(function_.end_insn - function_.first_insn + 1);
    for (insn_ = function_.first_insn; insn_ < function_.end_insn; ++insn_) {
      code.ensure(longest);
      address[local(insn_)] = code.size();
      if (const std::string_view refused = lower(program_.insns[insn_]); !refused.empty())
        return refusal(refused);
      if (bpf::is_two_slot(program_.insns[insn_])) {
        ++insn_;
        address[local(insn_)] = code.size();
      }
    }
    address.back() = code.size();
    return {};
  }

  /// Slot in the function.
  std::uint32_t local(std::uint32_t insn) const { return insn - function_.first_insn; }
  bool is_last() const { return insn_ + 1 == function_.end_insn; }

  /// The tail-call site of the instruction under way.
  const bpf::LoweredSite& site() const {
    const std::int32_t index = program_.origin[insn_].site;
    assert(index >= 0 && "every tail call of lowered bytecode has a site");
    return program_.sites[static_cast<std::size_t>(index)];
  }

  ImageFunction described(const Frame& frame, std::uint32_t start, std::uint32_t size,
                          std::uint32_t landing) const {
    return {.offset = start,
            .size = size,
            .landing = landing,
            .first_insn = function_.first_insn,
            .end_insn = function_.end_insn,
            .stack_depth = function_.stack_depth,
            .reaches_tail_call = frame.reaches_tail_call,
            .saved_registers = frame.saved_registers};
  }

  /// `address` as walk() gives it, or moved; the function's code lies at `start`.
  static void append_addresses(Image& image, std::span<const std::uint32_t> address, std::uint32_t start) {
    const auto slots = static_cast<std::ptrdiff_t>(address.size() - 1);
    image.address.resize(image.address.size() + address.size() - 1);
    std::transform(address.begin(), address.begin() + slots, image.address.end() - slots,
                   [start](std::uint32_t offset) { return start + offset; });
  }

  std::unexpected<bpf::InsnError> refusal(std::string_view what) const {
    const bpf::Insn& insn = program_.insns[insn_];
    const std::string number = bpf::is_helper_call(insn) ? " " + std::to_string(insn.imm) : "";
    return std::unexpected(
        bpf::InsnError{insn_, std::string(what) + number + " is not compiled by " + std::string(Target::arch)});
  }

  const bpf::Bytecode& program_;
  const bpf::LoweredFunction& function_;
  bool translated_;
  std::uint32_t insn_ = 0;  // under way

 private:
  // Each returns the name of what it refuses, or nothing.

  std::string_view lower(const bpf::Insn& insn) {
    switch (bpf::class_of(insn)) {
      case bpf::opcode::alu32: return lower_alu(insn, false);
      case bpf::opcode::alu64: return lower_alu(insn, true);
      case bpf::opcode::jmp: return lower_jump(insn, true);
      case bpf::opcode::jmp32: return lower_jump(insn, false);
      case bpf::opcode::ld: return lower_imm64(insn);
      case bpf::opcode::ldx: return lower_load(insn);
      case bpf::opcode::st: return lower_store_imm(insn);
      case bpf::opcode::stx: return lower_store(insn);
    }
    return "this class";
  }

  std::string_view lower_alu(const bpf::Insn& insn, bool wide) {
    using bpf::AluOp;
    const AluOp op = bpf::alu_op(insn);
    switch (op) {
      case AluOp::add:
      case AluOp::sub:
      case AluOp::bit_or:
      case AluOp::bit_and:
      case AluOp::bit_xor:
      case AluOp::mov:
        if (insn.off != 0) return lower_move(insn, wide);
        target().simple_alu(wide, op, insn);
        return {};
      case AluOp::mul: target().multiply(wide, insn); return {};
      case AluOp::div:
      case AluOp::mod:
        target().divide({.wide = wide, .remainder = op == AluOp::mod, .is_signed = insn.off == 1}, insn);
        return {};
      case AluOp::lsh:
      case AluOp::rsh:
      case AluOp::arsh: target().shift(wide, op, insn); return {};
      case AluOp::neg: target().negate(wide, insn); return {};
      case AluOp::end:
        // To little-endian truncates; to big-endian and bswap (class ALU64) reverse.
        if (wide || bpf::uses_src_register(insn)) target().byte_swap(wide, insn);
        else target().truncate(insn);
        return {};
    }
    return "this operation";
  }

  /// A move with an offset: one that extends the sign, or what only a verifier writes.
  std::string_view lower_move(const bpf::Insn& insn, bool wide) {
    if (insn.off == -1) return "an address of per-CPU data";
    if (insn.off != 8 && insn.off != 16 && !(wide && insn.off == 32)) return "a cast between address spaces";
    target().move_signed(wide, insn.off, insn);
    return {};
  }

  std::string_view lower_load(const bpf::Insn& insn) {
    const std::uint8_t mode = insn.opcode & bpf::opcode::mode_mask;
    if (mode == bpf::opcode::mode_memsx) target().load_signed(bpf::width_of(insn), insn);
    else if (mode == bpf::opcode::mode_mem) target().load(bpf::width_of(insn), insn);
    else return "a load of memory that may not be there";
    return {};
  }

  std::string_view lower_store_imm(const bpf::Insn& insn) {
    if (insn.opcode == bpf::opcode::no_speculation) return target().barrier();
    if ((insn.opcode & bpf::opcode::mode_mask) != bpf::opcode::mode_mem) return "a store to an arena";
    target().store_imm(bpf::width_of(insn), insn);
    return {};
  }

  std::string_view lower_store(const bpf::Insn& insn) {
    const std::uint8_t mode = insn.opcode & bpf::opcode::mode_mask;
    if (mode == bpf::opcode::mode_mem) {
      target().store(bpf::width_of(insn), insn);
      return {};
    }
    if (mode != bpf::opcode::mode_atomic) return "a store to an arena";
    const bool known = target().atomic(bpf::width_of(insn) == bpf::Width::b8, insn);
    return known ? "" : "an atomic operation later than RFC 9669";
  }

  std::string_view lower_imm64(const bpf::Insn& insn) {
    const bpf::Insn& second = program_.insns[insn_ + 1];
    switch (insn.src) {
      case static_cast<std::uint8_t>(bpf::Imm64Kind::value):
        target().load_value(insn.dst, static_cast<std::uint64_t>(static_cast<std::uint32_t>(second.imm)) << 32 |
                                          static_cast<std::uint32_t>(insn.imm));
        return {};
      case static_cast<std::uint8_t>(bpf::Imm64Kind::map):
        target().load_address(insn.dst, Relocation::Kind::map, static_cast<std::uint32_t>(insn.imm), 0);
        return {};
      case static_cast<std::uint8_t>(bpf::Imm64Kind::map_value):
        target().load_address(insn.dst, Relocation::Kind::map_value, static_cast<std::uint32_t>(insn.imm),
                              second.imm);
        return {};
    }
    return "a load of this kind of address";
  }

  std::string_view lower_jump(const bpf::Insn& insn, bool wide) {
    using bpf::JumpOp;
    const JumpOp op = bpf::jump_op(insn);
    switch (op) {
      case JumpOp::ja:
        if (bpf::uses_src_register(insn)) return "an indirect jump";
        // The long one (class JMP32) has its distance in the immediate.
        return target().jump(local(insn_ + 1) + static_cast<std::uint32_t>(wide ? insn.off : insn.imm));
      case JumpOp::call: return lower_call(insn);
      case JumpOp::exit: return target().leave();
      case JumpOp::jset:
      case JumpOp::jeq:
      case JumpOp::jne:
      case JumpOp::jgt:
      case JumpOp::jge:
      case JumpOp::jlt:
      case JumpOp::jle:
      case JumpOp::jsgt:
      case JumpOp::jsge:
      case JumpOp::jslt:
      case JumpOp::jsle:
        return target().branch(wide, op, insn, local(insn_ + 1) + static_cast<std::uint32_t>(insn.off));
    }
    return "this jump";
  }

  std::string_view lower_call(const bpf::Insn& insn) {
    if (bpf::is_tail_call(insn)) {
      target().tail_call();
      return {};
    }
    if (bpf::is_local_call(insn)) {
      target().call_function(function_at(program_, insn_ + 1 + static_cast<std::uint32_t>(insn.imm)));
      return {};
    }
    if (!translated_ && !bpf::is_helper_call(insn)) return "a call of a kernel function";
    if (!translated_ && !is_known_helper(insn.imm)) return "a call of helper";
    target().call_helper(static_cast<std::uint32_t>(insn.imm));
    return {};
  }

  Target& target() { return static_cast<Target&>(*this); }
};

}  // namespace tailbound::jit
