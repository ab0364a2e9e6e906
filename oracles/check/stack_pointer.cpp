#include "oracles/check/stack_pointer.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tailbound::check {

namespace {
constexpr std::int64_t alignment = 16;
constexpr std::uint64_t word = 4;
bool is_indirect_jump(const disasm::MachineInsn& insn) {
  return insn.is_branch && !insn.is_conditional && !insn.target;
}
bool goes_on(const disasm::MachineInsn& insn) {
  return !insn.is_return && (!insn.is_branch || insn.is_conditional);
}
}  // namespace

std::optional<std::string> StackPointer::broken(const jit::Image& image,
                                                std::span<const disasm::MachineInsn> insns) {
  depth_.assign(image.code.size() / word + 1, unknown);
  landing_ =
      image.functions.empty() ? 0 : image.functions[0].offset + std::uint64_t{image.functions[0].landing};
  for (const jit::ImageFunction& function : image.functions) {
    const auto first = std::ranges::lower_bound(insns, function.offset, {}, &disasm::MachineInsn::address);
    const auto last =
        std::find_if(first, insns.end(), [&](const auto& insn) { return !function.contains(insn.address); });
    if (auto wrong = follow(function, {first, last})) return wrong;
  }
  return {};
}

/// Behind a jump that does not come back the way that leads there from elsewhere counts, if there is one.
std::optional<std::string> StackPointer::follow(const jit::ImageFunction& function,
                                                std::span<const disasm::MachineInsn> insns) {
  std::int64_t depth = 0;
  for (const disasm::MachineInsn& insn : insns) {
    if (depth == unknown) depth = depth_[insn.address / word];
    if (depth == unknown) continue;
    if (auto wrong = arrive(insn.address, depth)) return wrong;
    if (auto wrong = step(insn, depth)) return wrong;
    if (insn.is_branch && insn.target && function.contains(*insn.target)) {
      if (auto wrong = arrive(*insn.target, depth)) return wrong;
    }
    if (!goes_on(insn)) depth = unknown;
  }
  return {};
}

std::optional<std::string> StackPointer::step(const disasm::MachineInsn& insn, std::int64_t& depth) {
  if (insn.uses_sp && depth % alignment != 0) return fmt::format("{} bytes used at {:#x}", depth, insn.address);
  if (insn.writes_sp && !insn.sp_change) return fmt::format("sp is set at {:#x}, not moved", insn.address);
  if (insn.writes_sp) depth -= *insn.sp_change;
  if (insn.is_return && depth != 0)
    return fmt::format("{} bytes left at the return at {:#x}", depth, insn.address);
  const std::int64_t expected = depth_[landing_ / word];
  if (is_indirect_jump(insn) && expected != unknown && depth != expected) {
    return fmt::format("{} bytes left at the jump at {:#x}, where a tail call lands {}", depth, insn.address,
                       expected);
  }
  return {};
}

std::optional<std::string> StackPointer::arrive(std::uint64_t at, std::int64_t depth) {
  std::int64_t& known = depth_[at / word];
  if (known != unknown && known != depth) return fmt::format("{} bytes or {} at {:#x}", known, depth, at);
  known = depth;
  return {};
}

}  // namespace tailbound::check
