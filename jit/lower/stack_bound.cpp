#include "jit/lower/stack_bound.hpp"

#include <algorithm>

namespace tailbound::jit {

void StackBounds::measure(const bpf::Lowered& lowered, const StackCosts& costs, std::uint32_t limit) {
  begin(lowered, costs, limit);
  for (const bpf::Bytecode& program : lowered.programs) {
    finder_.find(program);
    add(program, finder_);
  }
  finish();
}

void StackBounds::begin(const bpf::Lowered& lowered, const StackCosts& costs, std::uint32_t limit) {
  limit_ = limit;
  costs_ = costs;
  functions_.clear();
  programs_.clear();
  passes_.clear();
  started_.clear();
  read_slots(lowered);
  for (const bpf::Event& event : lowered.events) {
    if (const auto* run = std::get_if<bpf::Run>(&event)) started_.push_back(run->program);
  }
}

void StackBounds::add(const bpf::Bytecode& program, const FrameFinder& found) {
  add_frames(found);
  add_passes(program);
}

/// All that any slot holds at some time.
void StackBounds::read_slots(const bpf::Lowered& lowered) {
  held_.clear();
  for (std::uint16_t m = lowered.first_prog_array; m < lowered.maps.size(); ++m) {
    for (const bpf::Slot& slot : lowered.maps[m].slots) held_.push_back({m, slot.program, slot.index});
  }
  const auto add_change = [&](const bpf::SetSlot& change) {
    if (change.program) held_.push_back({lowered.map_of_array(change.array), *change.program, change.index});
  };
  for (const bpf::Event& event : lowered.events) {
    if (const auto* change = std::get_if<bpf::SetSlot>(&event)) add_change(*change);
    if (const auto* during = std::get_if<bpf::AtEntry>(&event)) add_change(during->change);
  }
}

void StackBounds::add_frames(const FrameFinder& found) {
  const auto p = static_cast<std::uint16_t>(programs_.size());
  Program program{.first = static_cast<std::uint32_t>(functions_.size())};
  if (costs_.entry != nullptr) program.entry = costs_.entry(found.frames().front());
  for (std::uint16_t f = 0; f < found.frames().size(); ++f) {
    const Frame& frame = found.frames()[f];
    functions_.push_back({.ref = {p, f}, .frame = frame, .bytes = costs_.frame(frame)});
  }
  find_paths(program, found);
  for (std::uint32_t f = program.first; f < functions_.size(); ++f) {
    if (functions_[f].above == none) continue;
    const std::uint32_t helper = found.calls_helper(f - program.first) ? costs_.helper : 0;
    const std::uint32_t path = functions_[f].above + functions_[f].bytes + helper;
    if (path <= program.own) continue;
    program.own = path;
    program.own_leaf = f;
  }
  programs_.push_back(program);
}

/// Longest paths from main by relaxation. Callees mostly stand behind their callers, so one round is common;
/// calls are acyclic, so there are at most as many rounds as functions.
void StackBounds::find_paths(const Program& program, const FrameFinder& found) {
  functions_[program.first].above = 0;
  for (bool again = true; again;) {
    again = false;
    for (std::uint32_t f = program.first; f < functions_.size(); ++f) {
      if (functions_[f].above == none) continue;
      const std::uint32_t below = functions_[f].above + functions_[f].bytes;
      for (const std::uint16_t callee : found.callees(f - program.first)) {
        Function& called = functions_[program.first + callee];
        if (called.above != none && called.above >= below) continue;
        called.above = below;
        called.caller = f;
        again = again || program.first + callee <= f;
      }
    }
  }
}

void StackBounds::add_passes(const bpf::Bytecode& program) {
  const auto p = static_cast<std::uint16_t>(programs_.size() - 1);
  for (const bpf::LoweredSite& site : program.sites) {
    const std::uint32_t via = programs_[p].first + site.function;
    if (functions_[via].above == none) continue;
    for (const Held& held : held_) {
      if (site.map != bpf::any_map && held.map != site.map) continue;
      if (site.direct_index && *site.direct_index != held.index) continue;
      add_pass({.from = p, .to = held.program, .kept = functions_[via].above, .via = via});
    }
  }
}

void StackBounds::add_pass(const Pass& pass) {
  for (Pass& known : passes_) {
    if (known.from != pass.from || known.to != pass.to) continue;
    if (pass.kept > known.kept) known = pass;
    return;
  }
  passes_.push_back(pass);
}

void StackBounds::walk_programs() {
  const std::size_t count = programs_.size();
  best_.resize((limit_ + 1) * count);
  for (std::uint32_t taken = limit_ + 1; taken-- > 0;) {
    std::uint64_t* const here = &best_[taken * count];
    for (std::size_t p = 0; p < count; ++p) here[p] = programs_[p].own;
    if (taken == limit_) continue;
    for (const Pass& pass : passes_) {
      here[pass.from] = std::max(here[pass.from], pass.kept + best(taken + 1, pass.to));
    }
    // What one more call adds nothing to, no number of calls adds to.
    if (!std::equal(here, here + count, here + count)) continue;
    while (taken-- > 0) std::copy_n(here, count, &best_[taken * count]);
    break;
  }
}

std::uint64_t StackBounds::bytes() const {
  std::uint64_t most = 0;
  for (const std::uint16_t program : started_) most = std::max(most, programs_[program].entry + best(0, program));
  return most;
}

void StackBounds::append_path(std::uint32_t last, std::uint32_t taken, std::vector<StackStep>& chain) const {
  const auto first = static_cast<std::ptrdiff_t>(chain.size());
  for (std::uint32_t f = last; f != none; f = functions_[f].caller) {
    chain.push_back({functions_[f].ref, functions_[f].frame, functions_[f].bytes, taken});
  }
  std::reverse(chain.begin() + first, chain.end());
}

StackBound StackBounds::bound() const {
  StackBound found{.bytes = bytes(), .chain = {}};
  const auto start = std::ranges::find_if(started_, [&](std::uint16_t program) {
    return programs_[program].entry + best(0, program) == found.bytes;
  });
  if (start == started_.end()) return found;
  std::uint16_t at = *start;
  for (std::uint32_t taken = 0;; ++taken) {
    const std::uint64_t most = best(taken, at);
    if (programs_[at].own == most) {
      append_path(programs_[at].own_leaf, taken, found.chain);
      found.chain.front().bytes += programs_[*start].entry;
      return found;
    }
    const auto pass = std::ranges::find_if(passes_, [&](const Pass& candidate) {
      return candidate.from == at && candidate.kept + best(taken + 1, candidate.to) == most;
    });
    append_path(functions_[pass->via].caller, taken, found.chain);
    at = pass->to;
  }
}

StackBound machine_stack_bound(const bpf::Lowered& lowered, const StackCosts& costs, std::uint32_t limit) {
  StackBounds bounds;
  bounds.measure(lowered, costs, limit);
  return bounds.bound();
}

}  // namespace tailbound::jit
