// The walk from event to event, and how a function is entered and left.
#include "oracles/model/walker.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <variant>

#include "jit/bpf/scenario_visit.hpp"

namespace tailbound::model {

namespace {
/// A context of limit 33 holds at most 34 * 8 frames; this is far above, and far below what the stack holds.
constexpr std::size_t deepest_walk = 10'000;

/// Holds in every build: the machine's stack would not survive what follows.
void require_depth(std::size_t frames) {
  if (frames < deepest_walk) return;
  std::fputs("tailbound::model::Walker: more than 10000 live frames, only the closed form can count this\n",
             stderr);
  std::abort();
}
}  // namespace

template <class Rule>
const Observation& BasicWalker<Rule>::walk(const bpf::Scenario& scenario) {
  start(scenario);
  for (const bpf::Event& event : scenario.events) take(event);
  return seen_;
}

template <class Rule>
std::vector<Frame> BasicWalker<Rule>::frames_at(const bpf::Scenario& scenario, std::size_t run,
                                                std::uint64_t entry) {
  captured_.clear();
  capture_ = Capture{run, entry};
  walk(scenario);
  capture_.reset();
  return captured_;
}

template <class Rule>
void BasicWalker<Rule>::start(const bpf::Scenario& scenario) {
  flatten(scenario, flat_, options_.verified && options_.profile->r0_of_taken_call_ignored);
  fuel_ = options_.fuel.value_or(scenario.fuel);
  attach_points_.reset(scenario.programs.size());
  changes_.clear();
  attached_.assign(flat_.functions.size(), 0);
  changes_at_.assign(flat_.functions.size(), 0);
  contexts_.clear();
  attempts_.clear();
  slot_state_.assign(flat_.slots.size(), AttemptSeen::Slot::as_at_start);

  const auto is_run = [](const bpf::Event& event) { return std::holds_alternative<bpf::Run>(event); };
  const auto runs = static_cast<std::size_t>(std::ranges::count_if(scenario.events, is_run));
  seen_.layout = flat_.layout;
  keep_runs(runs);
  traces_.resize(runs);
  entries_matter_ = options_.keep_trace != 0 || capture_.has_value();
  asm_seen_.assign(runs, 0);
  run_ = 0;
}

template <class Rule>
void BasicWalker<Rule>::keep_runs(std::size_t runs) {
  for (; seen_.runs.size() > runs; seen_.runs.pop_back()) spare_.push_back(std::move(seen_.runs.back()));
  for (; seen_.runs.size() < runs && !spare_.empty(); spare_.pop_back()) {
    seen_.runs.push_back(std::move(spare_.back()));
  }
  seen_.runs.resize(runs);
}

template <class Rule>
void BasicWalker<Rule>::take(const bpf::Event& event) {
  std::visit(bpf::Match{
                 [&](const bpf::Run& e) { run(e.program); },
                 [&](const bpf::SetSlot& e) {
                   flat_.slots[flat_.position(e)] = program_in(e);
                   slot_state_[flat_.position(e)] = AttemptSeen::Slot::changed_between_runs;
                 },
                 [&](const bpf::SetCell& e) { flat_.cells[flat_.position(e.cell)] = e.value; },
                 [&](const bpf::AtEntry& e) {
                   const std::uint32_t function = flat_.id(e.function);
                   changes_.push_back({function, e.count, flat_.position(e.change), program_in(e.change)});
                   changes_at_[function] = 1;
                   entries_matter_ = true;
                 },
                 [&](const bpf::Attach& e) {
                   attach_points_.attach(e.kind, e.probe, flat_.id(e.target));
                   mark_attached();
                 },
                 [&](const bpf::Detach& e) {
                   attach_points_.detach(e.probe, flat_.id(e.target));
                   mark_attached();
                 },
             },
             event);
}

template <class Rule>
void BasicWalker<Rule>::mark_attached() {
  for (std::uint32_t f = 0; f < attached_.size(); ++f) attached_[f] = attach_points_.any_at(f) ? 1 : 0;
}

template <class Rule>
void BasicWalker<Rule>::run(std::uint32_t program) {
  RunObservation& seen = seen_.runs[run_];
  ledger_.begin(seen.ledger, flat_.layout, fuel_);
  traces_[run_].clear();
  frames_.clear();
  world_.forget_after(0);

  next_context_ = 0;
  seen.return_value = arrive(flat_.first_function[program], open_context());
  seen.cells = flat_.cells;
  seen.contexts.clear();
  for (const ContextCount& context : contexts_) {
    if (context.run == run_) seen.contexts.push_back(context.taken);
  }
  ++run_;
}

template <class Rule>
std::uint64_t BasicWalker<Rule>::arrive(std::uint32_t function, MachineWorld::Ref cell) {
  using enum bpf::AttachKind;
  if (attached_[function] == 0) return live_frame(function, cell);
  // Probes and a replacement never meet at one place, and a probe has none itself (jit/bpf/probe_rules.hpp).
  if (const auto instead = attach_points_.replacement_of(function)) {
    return enter_replacement(flat_.first_function[*instead], cell);
  }
  const auto probe = [&](std::uint32_t program) { enter_probe(flat_.first_function[program], cell); };
  attach_points_.run_probes(fentry, function, probe);
  const std::uint64_t value = live_frame(function, cell);
  // A target that tail-called away still returns through its trampoline, so its fexit probes run then.
  attach_points_.run_probes(fexit, function, probe);
  return value;
}

/// It is jumped to with the target's cell: no copy is made of what it spends.
template <class Rule>
std::uint64_t BasicWalker<Rule>::enter_replacement(std::uint32_t main, MachineWorld::Ref target) {
  if (options_.profile->replacement_shares_context) return live_frame(main, target);
  return in_own_context(main, target);
}

template <class Rule>
void BasicWalker<Rule>::enter_probe(std::uint32_t main, MachineWorld::Ref target) {
  if (options_.profile->probe_opens_context) {
    in_own_context(main, target);
    return;
  }
  const std::size_t cells = world_.mark();
  const MachineWorld::Ref callee = rule_.call_through_trampoline(target);
  live_frame(main, callee);
  rule_.return_to(target, callee);
  world_.forget_after(cells);
}

template <class Rule>
std::uint64_t BasicWalker<Rule>::in_own_context(std::uint32_t main, MachineWorld::Ref interrupted) {
  const std::size_t below = context_;
  const std::size_t cells = world_.mark();
  const MachineWorld::Ref own = open_context();
  const std::uint64_t value = live_frame(main, own);
  rule_.close_context(interrupted, own);
  world_.forget_after(cells);
  context_ = below;
  return value;
}

template <class Rule>
MachineWorld::Ref BasicWalker<Rule>::open_context() {
  context_ = contexts_.size();
  ContextCount& opened = contexts_.emplace_back();
  opened.run = run_;
  opened.context = next_context_++;
  return rule_.open_context();
}

template <class Rule>
std::uint64_t BasicWalker<Rule>::live_frame(std::uint32_t function, MachineWorld::Ref cell) {
  require_depth(frames_.size());
  frames_.push_back({function, cell, frames_.empty() ? 0 : frame().on_path});
  std::uint64_t value = 0;
  bool by_tail_call = false;
  while (record_entry(frame().function, by_tail_call)) {
    const BodyEnd end = walk_body(frame().function);
    if (end.target == no_program) {
      value = end.value;
      break;
    }
    // The target's main takes over this frame, behind its attach point: no probe sees it.
    frame() = {end.target, rule_.tail_call(frame().cell), frame().on_path + 1};
    by_tail_call = true;
  }
  frames_.pop_back();
  return value;
}

template <class Rule>
bool BasicWalker<Rule>::record_entry(std::uint32_t function, bool by_tail_call) {
  const std::uint64_t entry = ledger_.total();
  if (!ledger_.enter(function)) return false;
  if (entries_matter_) observe_entry(function, by_tail_call, entry);
  return true;
}

template <class Rule>
void BasicWalker<Rule>::observe_entry(std::uint32_t function, bool by_tail_call, std::uint64_t entry) {
  if (traces_[run_].size() < options_.keep_trace) {
    const auto depth = static_cast<std::uint32_t>(frames_.size());
    traces_[run_].push_back({function, world_.load(frame().cell), depth, by_tail_call});
  }
  if (capture_ && capture_->run == run_ && capture_->entry == entry) {
    for (const LiveFrame& live : frames_) {
      captured_.push_back({live.function, world_.load(live.cell), live.cell});
    }
  }
  if (changes_at_[function] != 0) change_slots(function);
}

template <class Rule>
void BasicWalker<Rule>::change_slots(std::uint32_t function) {
  for (const ChangeAtEntry& change : changes_) {
    if (change.function != function || change.count != ledger_.entries(function)) continue;
    flat_.slots[change.slot] = change.program;
    slot_state_[change.slot] = AttemptSeen::Slot::changed_during_run;
    frame().cell = rule_.slot_update(frame().cell);
  }
}

template class BasicWalker<MachineRule>;
template class BasicWalker<WrongRule<MachineWorld>>;

}  // namespace tailbound::model
