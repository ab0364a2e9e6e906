// What a kernel's configuration changes in the emitted code, apart from the scheme.
#pragma once

#include <cstdint>
#include <string>

namespace tailbound::jit {

struct Options {
  bool ibt = false;            // x86-64: endbr64 at entry and landing
  bool retpolines = false;     // x86-64: indirect jumps through a thunk
  bool return_thunks = false;  // x86-64: `jmp thunk` for `ret`
  bool int3_after_ret = true;  // x86-64: straight-line-speculation padding behind ret and indirect jumps
  bool bti = false;            // arm64: landing pads
  bool pac = false;            // arm64: signed return address
  bool exclusives = false;     // arm64: atomics by exclusive loads and stores, for a processor without LSE
  std::uint8_t address_blocks = 0b1111;  // arm64: the 16-bit blocks in which addresses of maps are not 0
  bool blinding = false;       // constants hidden; no direct tail calls
  /// The bytecode is what a kernel's verifier made of a program (jit/bpf/from_translated.hpp): it holds its own checks
  /// before divisions, calls of any helper, and is compiled by the kernel's templates, stack use included.
  bool translated = false;
  /// x86-64, translated: how a shift by another register than rcx is done. `pushed`: in rcx, which is pushed always;
  /// `freed`: pushed where it is not the destination (since v6.2); `bmi2`: by shlx, shrx, sarx (v6.2, and such a processor).
  enum class Shifts : std::uint8_t { pushed, freed, bmi2 };
  Shifts shifts = Shifts::pushed;
  bool signed_imm64 = false;   // x86-64: a 64-bit constant that 32 bits extend to is loaded by sign extension
  std::uint8_t short_jump = 127;  // x86-64: the farthest that a short jump leads forwards, bytes
  // Structure offsets, bytes; they depend on the kernel's configuration.
  std::uint8_t max_entries = 36;  // struct bpf_array
  std::uint32_t ptrs = 272;       // struct bpf_array
  std::uint8_t bpf_func = 48;     // struct bpf_prog

  bool operator==(const Options&) const = default;
};

/// "ibt,retpolines", …; empty when all are off.
std::string text(const Options& options);

}  // namespace tailbound::jit
