// x86-64 registers, and where the kernel's JIT keeps the BPF ones (arch/x86/net/bpf_jit_comp.c).
#pragma once

#include <array>
#include <cstdint>

#include "jit/bpf/insn.hpp"

namespace tailbound::x86_64 {

/// A general-purpose register by its number in the encoding.
enum class Gp : std::uint8_t { rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15 };

/// The same register as an operand of 64 or 32 bits.
struct R64 {
  Gp reg;
};
struct R32 {
  Gp reg;
};

inline constexpr R64 rax{Gp::rax}, rcx{Gp::rcx}, rdx{Gp::rdx}, rbx{Gp::rbx}, rsp{Gp::rsp}, rbp{Gp::rbp},
    rsi{Gp::rsi}, rdi{Gp::rdi}, r8{Gp::r8}, r9{Gp::r9}, r10{Gp::r10}, r11{Gp::r11}, r12{Gp::r12}, r13{Gp::r13},
    r14{Gp::r14}, r15{Gp::r15};
inline constexpr R32 eax{Gp::rax}, ecx{Gp::rcx}, edx{Gp::rdx}, r11d{Gp::r11};

/// BPF r0 … r10, and r11: no program has it, but a verifier's rewriting does.
inline constexpr std::array<Gp, bpf::register_count + 1> bpf_register = {
    Gp::rax, Gp::rdi, Gp::rsi, Gp::rdx, Gp::rcx, Gp::r8, Gp::rbx, Gp::r13, Gp::r14, Gp::r15, Gp::rbp, Gp::r10};
/// Registers that hold no BPF register; the JIT's own.
inline constexpr R64 scratch{Gp::r11};
inline constexpr R64 scratch2{Gp::r10};

/// Callee-saved registers in the order of pushing: BPF r6 … r9.
inline constexpr std::array<R64, 4> saved_register = {rbx, r13, r14, r15};

}  // namespace tailbound::x86_64
