#include "jit/lower/frame.hpp"

namespace tailbound::jit {

namespace {

using bpf::Bytecode;
using bpf::Insn;

std::uint8_t saved_registers(const Bytecode& program, const bpf::LoweredFunction& function) {
  std::uint8_t mask = 0;
  const auto mention = [&](std::uint8_t reg) {
    if (reg >= 6 && reg <= 9) mask = static_cast<std::uint8_t>(mask | (1U << (reg - 6)));
  };
  for (std::uint32_t i = function.first_insn; i < function.end_insn; ++i) {
    const Insn& insn = program.insns[i];
    mention(insn.dst);
    if (insn.opcode != bpf::opcode::call && insn.opcode != bpf::opcode::load_imm64) mention(insn.src);
    if (bpf::is_two_slot(insn)) ++i;
  }
  return mask;
}

std::uint16_t function_at(const Bytecode& program, std::uint32_t insn) {
  for (std::uint16_t f = 0; f < program.functions.size(); ++f) {
    if (program.functions[f].first_insn == insn) return f;
  }
  return 0;
}

/// The verifier's walk. `met` is sticky: a tail-calling callee has been entered. A function whose walk began with
/// it set marks every caller, so a second walk of it adds only the path that leads there.
class Reach {
 public:
  Reach(const Bytecode& program, std::vector<Frame>& frames)
      : program_(program), frames_(frames), has_tail_call_(frames.size()), walked_met_(frames.size()),
        walked_unmet_(frames.size()) {
    for (const bpf::LoweredSite& site : program.sites) has_tail_call_[site.function] = true;
  }

  void find() {
    walk(0);
    for (std::size_t f = 0; f < frames_.size(); ++f) {
      // The x86-64 JIT adds functions with a tail call of their own.
      if (has_tail_call_[f]) frames_[f].reaches_tail_call = true;
    }
  }

 private:
  void walk(std::uint16_t f) {
    if (met_ && walked_met_[f]) return mark_path();
    if (!met_ && walked_unmet_[f]) return;
    const bool met_before = met_;
    path_.push_back(f);
    const bpf::LoweredFunction& function = program_.functions[f];
    for (std::uint32_t i = function.first_insn; i < function.end_insn; ++i) {
      const Insn& insn = program_.insns[i];
      if (bpf::is_two_slot(insn)) {
        ++i;
      } else if (bpf::is_local_call(insn)) {
        const std::uint16_t callee =
            function_at(program_, i + 1 + static_cast<std::uint32_t>(insn.imm));
        if (has_tail_call_[callee]) met_ = true;
        walk(callee);
      }
    }
    path_.pop_back();
    if (met_) mark_path();
    (met_before ? walked_met_ : walked_unmet_)[f] = true;
  }

  void mark_path() {
    for (const std::uint16_t f : path_) frames_[f].reaches_tail_call = true;
  }

  const Bytecode& program_;
  std::vector<Frame>& frames_;
  std::vector<bool> has_tail_call_;
  std::vector<bool> walked_met_;
  std::vector<bool> walked_unmet_;
  std::vector<std::uint16_t> path_;
  bool met_ = false;
};

}  // namespace

void find_frames(const Bytecode& program, std::vector<Frame>& frames) {
  frames.clear();
  for (const bpf::LoweredFunction& function : program.functions) {
    frames.push_back({.is_main = frames.empty(),
                      .reaches_tail_call = false,
                      .stack_depth = function.stack_depth,
                      .saved_registers = saved_registers(program, function)});
  }
  if (!program.sites.empty()) Reach(program, frames).find();
}

}  // namespace tailbound::jit
