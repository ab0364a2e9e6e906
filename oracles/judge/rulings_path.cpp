// The path oracle: what every slot may hold during each run, and whether the trace is a path over that.
#include <algorithm>
#include <variant>

#include "oracles/check/path.hpp"
#include "oracles/judge/hearing.hpp"

namespace tailbound::rulings {

namespace {

/// What slots may hold, event by event. A change at an entry may come in every later run, or may have come.
class Slots {
 public:
  explicit Slots(const bpf::Scenario& scenario) : scenario_(scenario) {}

  void set(const bpf::SetSlot& change) {
    check::SlotContents& slot = contents_of(base_, change);
    slot.programs.clear();
    slot.may_be_empty = false;
    allow(slot, change);
  }
  void at_entry(const bpf::SetSlot& change) { changes_.push_back(change); }

  std::vector<check::SlotContents> during_run() const {
    std::vector<check::SlotContents> all = base_;
    for (const bpf::SetSlot& change : changes_) allow(contents_of(all, change), change);
    return all;
  }

 private:
  /// The slot's entry in the list, made from what the array holds at first.
  check::SlotContents& contents_of(std::vector<check::SlotContents>& list, const bpf::SetSlot& change) const {
    const auto same = [&](const check::SlotContents& slot) {
      return slot.array == change.array && slot.index == change.index;
    };
    if (const auto at = std::ranges::find_if(list, same); at != list.end()) return *at;
    const auto& slots = scenario_.arrays[change.array].slots;
    const auto first = std::ranges::find(slots, change.index, &bpf::Slot::index);
    list.push_back({change.array, change.index, {}, first == slots.end()});
    if (first != slots.end()) list.back().programs.push_back(first->program);
    return list.back();
  }
  static void allow(check::SlotContents& slot, const bpf::SetSlot& change) {
    if (change.program) slot.programs.push_back(*change.program);
    else slot.may_be_empty = true;
  }

  const bpf::Scenario& scenario_;
  std::vector<check::SlotContents> base_;
  std::vector<bpf::SetSlot> changes_;
};

/// Where a refused attempt costs, the limit can be reached by fewer taken calls.
std::uint64_t limit_of(const bpf::Profile& profile) {
  const bool only_taken_cost =
      profile.cost_empty == 0 && profile.cost_out_of_range == 0 && profile.cost_limit == 0;
  return only_taken_cost ? profile.limit : 0;
}

}  // namespace

Ruling path(Hearing& h) {
  if (h.witness.predicted == nullptr) return {{}, WhyNot::no_model};
  Slots slots(h.scenario);
  const std::uint64_t limit = limit_of(*h.witness.engine->identity().profile);
  Ruling ruling;
  std::size_t r = 0;
  for (const bpf::Event& event : h.scenario.events) {
    if (std::holds_alternative<bpf::Attach>(event)) return {{}, WhyNot::attachments};
    if (const auto* set = std::get_if<bpf::SetSlot>(&event)) slots.set(*set);
    if (const auto* change = std::get_if<bpf::AtEntry>(&event)) slots.at_entry(change->change);
    const auto* run = std::get_if<bpf::Run>(&event);
    if (run == nullptr) continue;
    const RunObservation& seen = h.seen().runs[r];
    if (seen.status != RunStatus::finished) return {{}, WhyNot::unfinished};
    Verdict verdict =
        check::possible_path(h.scenario, run->program, slots.during_run(), h.seen().layout, seen, limit);
    if (verdict.outcome == Outcome::incomparable) ruling.why_not = WhyNot::long_trace;
    if (verdict.broken()) {
      verdict.run = r;
      return {std::move(verdict)};
    }
    ++r;
  }
  return ruling;
}

}  // namespace tailbound::rulings
