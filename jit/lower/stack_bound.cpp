#include "jit/lower/stack_bound.hpp"

#include <algorithm>
#include <optional>

namespace tailbound::jit {

namespace {

using bpf::FunctionRef;
using bpf::Insn;
using bpf::Lowered;
using bpf::LoweredSite;

/// What may follow a frame: a frame below it, or one in its place.
struct Links {
  std::uint32_t frame_bytes = 0;
  std::uint32_t entry_bytes = 0;
  bool calls_helper = false;
  std::vector<std::uint32_t> callees;  // function ids
  std::vector<std::uint32_t> targets;  // function ids of mains
};

class Bound {
 public:
  Bound(const Lowered& lowered, const StackCosts& costs, std::uint32_t limit)
      : lowered_(lowered), costs_(costs), limit_(limit) {
    for (std::uint16_t p = 0; p < lowered.programs.size(); ++p) add_program(p);
    for (std::uint16_t p = 0; p < lowered.programs.size(); ++p) add_targets(p);
    best_.resize(links_.size() * (limit_ + 1));
  }

  StackBound find() {
    StackBound bound;
    std::uint32_t start = 0;
    for (const bpf::Event& event : lowered_.events) {
      const auto* run = std::get_if<bpf::Run>(&event);
      if (run == nullptr) continue;
      const std::uint32_t main = first_function_[run->program];
      const std::uint64_t most = links_[main].entry_bytes + need(main, 0);
      if (most > bound.bytes) {
        bound.bytes = most;
        start = main;
      }
    }
    if (bound.bytes == 0) return bound;
    follow(start, bound.chain);
    bound.chain.front().bytes += links_[start].entry_bytes;
    return bound;
  }

 private:
  void add_program(std::uint16_t p) {
    const bpf::Bytecode& program = lowered_.programs[p];
    first_function_.push_back(static_cast<std::uint32_t>(links_.size()));
    find_frames(program, frames_);
    for (std::uint16_t f = 0; f < program.functions.size(); ++f) {
      refs_.push_back({p, f});
      links_.push_back({.frame_bytes = costs_.frame(frames_[f]),
                        .entry_bytes = costs_.entry != nullptr ? costs_.entry(frames_[f]) : 0,
                        .callees = {},
                        .targets = {}});
      add_calls(program, f, links_.back());
    }
  }

  void add_calls(const bpf::Bytecode& program, std::uint16_t f, Links& links) {
    const bpf::LoweredFunction& function = program.functions[f];
    for (std::uint32_t i = function.first_insn; i < function.end_insn; ++i) {
      const Insn& insn = program.insns[i];
      if (bpf::is_two_slot(insn)) {
        ++i;
      } else if (bpf::is_local_call(insn)) {
        const std::uint32_t first = i + 1 + static_cast<std::uint32_t>(insn.imm);
        links.callees.push_back(first_function_.back() + program.origin[first].function);
      } else if (bpf::is_helper_call(insn) && !bpf::is_tail_call(insn)) {
        links.calls_helper = true;
      }
    }
  }

  void add_targets(std::uint16_t p) {
    for (const LoweredSite& site : lowered_.programs[p].sites) {
      auto& targets = links_[first_function_[p] + site.function].targets;
      for (const std::uint16_t program : programs_in(site)) targets.push_back(first_function_[program]);
    }
  }

  /// All that the site's slot, or any slot of its array, holds at some time.
  std::vector<std::uint16_t> programs_in(const LoweredSite& site) const {
    std::vector<std::uint16_t> programs;
    const auto add = [&](std::uint16_t map, std::uint32_t index, std::uint16_t program) {
      if (map == site.map && (!site.direct_index || *site.direct_index == index)) programs.push_back(program);
    };
    for (const bpf::Slot& slot : lowered_.maps[site.map].slots) add(site.map, slot.index, slot.program);
    const auto add_change = [&](const bpf::SetSlot& change) {
      if (change.program) add(lowered_.map_of_array(change.array), change.index, *change.program);
    };
    for (const bpf::Event& event : lowered_.events) {
      if (const auto* change = std::get_if<bpf::SetSlot>(&event)) add_change(*change);
      if (const auto* during = std::get_if<bpf::AtEntry>(&event)) add_change(during->change);
    }
    std::sort(programs.begin(), programs.end());
    programs.erase(std::unique(programs.begin(), programs.end()), programs.end());
    return programs;
  }

  std::optional<std::uint64_t>& memo(std::uint32_t f, std::uint32_t taken) { return best_[f * (limit_ + 1) + taken]; }

  /// From the frame of `f`, entered after `taken` tail calls, to the deepest below it. Calls are acyclic and a tail
  /// call raises `taken`, so this ends.
  std::uint64_t need(std::uint32_t f, std::uint32_t taken) {
    if (const auto known = memo(f, taken)) return *known;
    const Links& links = links_[f];
    std::uint64_t below = links.calls_helper ? costs_.helper : 0;
    for (const std::uint32_t callee : links.callees) below = std::max(below, need(callee, taken));
    std::uint64_t most = links.frame_bytes + below;
    if (taken < limit_) {
      for (const std::uint32_t target : links.targets) most = std::max(most, need(target, taken + 1));
    }
    memo(f, taken) = most;
    return most;
  }

  /// The chain that needs most, by the same choices.
  void follow(std::uint32_t f, std::vector<StackStep>& chain) {
    for (std::uint32_t taken = 0;;) {
      const std::uint64_t most = need(f, taken);
      const Links& links = links_[f];
      const auto replaced = std::find_if(links.targets.begin(), links.targets.end(), [&](std::uint32_t target) {
        return taken < limit_ && need(target, taken + 1) == most;
      });
      if (replaced != links.targets.end()) {
        f = *replaced;
        ++taken;
        continue;
      }
      chain.push_back({refs_[f], links.frame_bytes, taken});
      const auto next = std::find_if(links.callees.begin(), links.callees.end(), [&](std::uint32_t callee) {
        return links.frame_bytes + need(callee, taken) == most;
      });
      if (next == links.callees.end()) return;
      f = *next;
    }
  }

  const Lowered& lowered_;
  const StackCosts& costs_;
  std::uint32_t limit_;
  std::vector<Frame> frames_;
  std::vector<std::uint32_t> first_function_;  // by program
  std::vector<FunctionRef> refs_;              // by function id
  std::vector<Links> links_;
  std::vector<std::optional<std::uint64_t>> best_;
};

}  // namespace

StackBound machine_stack_bound(const Lowered& lowered, const StackCosts& costs, std::uint32_t limit) {
  return Bound(lowered, costs, limit).find();
}

}  // namespace tailbound::jit
