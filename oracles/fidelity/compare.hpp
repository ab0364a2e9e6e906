// A kernel's image against ours of the same translated program, function by function.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "oracles/dump/kernel_image.hpp"

namespace tailbound::fidelity {

/// Where two images of one function part. Offsets count from the function's start.
struct Difference {
  /// What kind of difference it is: "imul | shl", "jne, 2 bytes | 6 bytes", "mov, other operands",
  /// "jmp, other target"; ours stands first.
  std::string kind;
  std::uint32_t function = 0;
  std::uint32_t insn = 0;  // slot of the translated program; the function's first where the prologues part
  bool in_prologue = false;
  std::uint32_t ours_at = 0;
  std::uint32_t theirs_at = 0;
  std::string ours;  // machine instructions as text
  std::string theirs;
};

/// One entry a function of the program: nothing where the images are the same byte for byte, once addresses of
/// maps, helpers and thunks are masked and sites are in the kernel's state. Calls of functions of the program
/// must lead to their addresses; every call of one helper, and every load of one map's address, must show one
/// address.
std::vector<std::optional<Difference>> compare(const dump::KernelImage& kernel, const jit::Image& ours,
                                               const dump::Arch& arch);

}  // namespace tailbound::fidelity
