// The interrupted registers that a signal handler reads and changes, on either arch.
#pragma once

#include <ucontext.h>

#include <cstdint>

namespace tailbound::engine::native {

#if defined(__x86_64__)

inline std::uint64_t pc_of(const ucontext_t& context) {
  return static_cast<std::uint64_t>(context.uc_mcontext.gregs[REG_RIP]);
}
inline void set_pc(ucontext_t& context, std::uint64_t pc) {
  context.uc_mcontext.gregs[REG_RIP] = static_cast<greg_t>(pc);
}
/// What wild code may have set and a C++ function does not expect.
inline void clear_wild_flags(ucontext_t& context) {
  constexpr greg_t trap_direction_alignment = 0x100 | 0x400 | 0x40000;
  context.uc_mcontext.gregs[REG_EFL] &= ~trap_direction_alignment;
}

#elif defined(__aarch64__)

inline std::uint64_t pc_of(const ucontext_t& context) { return context.uc_mcontext.pc; }
inline void set_pc(ucontext_t& context, std::uint64_t pc) { context.uc_mcontext.pc = pc; }
inline void clear_wild_flags(ucontext_t&) {}

#else
#error "no register names for this arch"
#endif

}  // namespace tailbound::engine::native
