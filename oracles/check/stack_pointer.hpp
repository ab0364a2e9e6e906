// arm64's stack pointer, followed through an image without running it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "jit/image.hpp"
#include "oracles/disasm/disasm.hpp"

namespace tailbound::check {

/// Keeps its buffer.
class StackPointer {
 public:
  /// `insns` are all of the image, in order. Wherever an instruction uses sp, it is a multiple of 16 below what
  /// it was at entry; two ways to one place have the same; a return finds it as at entry, a tail call's jump as
  /// where it lands in a main. What is wrong, or nothing.
  std::optional<std::string> broken(const jit::Image& image, std::span<const disasm::MachineInsn> insns);

 private:
  std::optional<std::string> follow(const jit::ImageFunction& function,
                                    std::span<const disasm::MachineInsn> insns);
  std::optional<std::string> step(const disasm::MachineInsn& insn, std::int64_t& depth);
  std::optional<std::string> arrive(std::uint64_t at, std::int64_t depth);

  static constexpr std::int64_t unknown = INT64_MIN;
  std::vector<std::int64_t> depth_;  // by word of the code
  std::uint64_t landing_ = 0;        // offset in the code
};

}  // namespace tailbound::check
