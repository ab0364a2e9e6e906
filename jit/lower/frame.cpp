#include "jit/lower/frame.hpp"

#include <algorithm>

namespace tailbound::jit {

using bpf::Bytecode;
using bpf::Insn;

std::uint16_t function_at(const Bytecode& program, std::uint32_t insn) {
  const auto& functions = program.functions;
  const auto found = std::ranges::lower_bound(functions, insn, {}, &bpf::LoweredFunction::first_insn);
  if (found == functions.end() || found->first_insn != insn) return 0;
  return static_cast<std::uint16_t>(found - functions.begin());
}

void FrameFinder::find(const Bytecode& program) {
  frames_.clear();
  callees_.clear();
  first_callee_.clear();
  calls_helper_.clear();
  for (const bpf::LoweredFunction& function : program.functions) scan(program, function);
  first_callee_.push_back(static_cast<std::uint32_t>(callees_.size()));
  marked_.clear();
  if (!program.sites.empty()) find_reach(program);
}

/// Without branches on the registers: this sees every instruction of every scenario. Where the source field is no
/// register, of loads of 64 bits and calls, its number is small and speaks of none that is saved.
void FrameFinder::scan(const Bytecode& program, const bpf::LoweredFunction& function) {
  first_callee_.push_back(static_cast<std::uint32_t>(callees_.size()));
  calls_helper_.push_back(0);
  std::uint32_t mentioned = 0;
  const Insn* const insns = program.insns.data();
  for (std::uint32_t i = function.first_insn; i < function.end_insn; ++i) {
    mentioned |= 1U << (insns[i].dst & 15U) | 1U << (insns[i].src & 15U);
    if (insns[i].opcode == bpf::opcode::call) add_call(program, i);
  }
  constexpr unsigned first_saved = 6;
  frames_.push_back({.is_main = frames_.empty(),
                     .reaches_tail_call = false,
                     .stack_depth = function.stack_depth,
                     .saved_registers = static_cast<std::uint8_t>(mentioned >> first_saved & 15U),
                     .uses_r10 = (mentioned >> 10 & 1U) != 0});
}

void FrameFinder::add_call(const Bytecode& program, std::uint32_t i) {
  const Insn& insn = program.insns[i];
  if (bpf::is_local_call(insn)) {
    callees_.push_back(function_at(program, i + 1 + static_cast<std::uint32_t>(insn.imm)));
  } else if (bpf::is_helper_call(insn) && !bpf::is_tail_call(insn)) {
    calls_helper_.back() = 1;
  }
}

void FrameFinder::find_reach(const Bytecode& program) {
  has_tail_call_.assign(frames_.size(), 0);
  walked_met_.assign(frames_.size(), 0);
  walked_unmet_.assign(frames_.size(), 0);
  met_ = false;
  for (const bpf::LoweredSite& site : program.sites) has_tail_call_[site.function] = 1;
  walk(0);
  for (const Frame& frame : frames_) marked_.push_back(frame.reaches_tail_call ? 1 : 0);
  for (std::size_t f = 0; f < frames_.size(); ++f) {
    // The x86-64 JIT adds functions with a tail call of their own.
    if (has_tail_call_[f] != 0) frames_[f].reaches_tail_call = true;
  }
}

void FrameFinder::walk(std::uint16_t f) {
  if (met_ && walked_met_[f] != 0) return mark_path();
  if (!met_ && walked_unmet_[f] != 0) return;
  const bool met_before = met_;
  path_.push_back(f);
  for (const std::uint16_t callee : callees(f)) {
    if (has_tail_call_[callee] != 0) met_ = true;
    walk(callee);
  }
  path_.pop_back();
  if (met_) mark_path();
  (met_before ? walked_met_ : walked_unmet_)[f] = 1;
}

void FrameFinder::mark_path() {
  for (const std::uint16_t f : path_) frames_[f].reaches_tail_call = true;
}

void find_frames(const Bytecode& program, std::vector<Frame>& frames) {
  FrameFinder finder;
  finder.find(program);
  frames.assign(finder.frames().begin(), finder.frames().end());
}

}  // namespace tailbound::jit
