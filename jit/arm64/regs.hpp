// arm64 registers, and where the kernel's JIT keeps the BPF ones (arch/arm64/net/bpf_jit_comp.c).
#pragma once

#include <array>
#include <cstdint>

#include "jit/bpf/insn.hpp"

namespace tailbound::arm64 {

/// A general-purpose register. Its number in the encoding is the value; 31 means the zero register or the stack
/// pointer, as the instruction has it, so here they differ.
enum class Gp : std::uint8_t {
  x0, x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, x11, x12, x13, x14, x15, x16, x17, x18, x19, x20, x21, x22, x23,
  x24, x25, x26, x27, x28, x29, x30, zr, sp,
};

/// The same register as an operand of 64 or 32 bits.
struct X {
  Gp reg;
};
struct W {
  Gp reg;
};
/// An operand whose width the caller decides.
struct Sized {
  constexpr Sized(X x) : reg(x.reg), wide(true) {}
  constexpr Sized(W w) : reg(w.reg), wide(false) {}
  constexpr Sized(Gp gp, bool is_wide) : reg(gp), wide(is_wide) {}
  Gp reg;
  bool wide;
};

inline constexpr X x0{Gp::x0}, x1{Gp::x1}, x2{Gp::x2}, x7{Gp::x7}, x9{Gp::x9}, x10{Gp::x10}, x11{Gp::x11},
    x12{Gp::x12}, x19{Gp::x19}, x20{Gp::x20}, x21{Gp::x21}, x22{Gp::x22}, x25{Gp::x25}, x26{Gp::x26},
    x27{Gp::x27}, x28{Gp::x28}, x29{Gp::x29}, x30{Gp::x30}, xzr{Gp::zr}, sp{Gp::sp};
inline constexpr W w2{Gp::x2}, w10{Gp::x10}, w12{Gp::x12};

/// BPF r0 … r10, and r11: no program has it, but a verifier's rewriting does.
inline constexpr std::array<Gp, bpf::register_count + 1> bpf_register = {
    Gp::x7, Gp::x0, Gp::x1, Gp::x2, Gp::x3, Gp::x4, Gp::x19, Gp::x20, Gp::x21, Gp::x22, Gp::x25, Gp::x9};
/// Registers that hold no BPF register; the JIT's own.
inline constexpr X scratch = x10;
inline constexpr X scratch2 = x11;
inline constexpr X scratch3 = x12;
inline constexpr X frame_bottom = x27;
/// The count, or its address.
inline constexpr X count_register = x26;

/// Callee-saved registers: BPF r6 … r9.
inline constexpr std::array<X, 4> saved_register = {x19, x20, x21, x22};

}  // namespace tailbound::arm64
