// Repair of events: what they refer to, and the attachments that follow from each other.
#include <algorithm>

#include "jit/bpf/probe_rules.hpp"
#include "jit/bpf/repair_parts.hpp"

namespace tailbound::bpf::repairing {

namespace {

/// Each returns whether the event can stay.
class EventReferences {
 public:
  explicit EventReferences(const Scenario& scenario) : scenario_(scenario) {}

  bool operator()(Run& run) const {
    run.program = program(run.program);
    if (scenario_.maps.empty()) {
      std::erase_if(run.expectations, [](const Expect& e) { return e.kind == Expect::Kind::cell; });
    }
    if (run.expectations.size() > cap::expectations) run.expectations.resize(cap::expectations);
    for (Expect& expect : run.expectations) fix(expect);
    return true;
  }
  bool operator()(SetSlot& change) const {
    if (scenario_.arrays.empty()) return false;
    change.array = wrapped(change.array, scenario_.arrays.size());
    change.index = wrapped(change.index, scenario_.arrays[change.array].size);
    if (change.program) change.program = program(*change.program);
    return true;
  }
  bool operator()(SetCell& change) const {
    if (scenario_.maps.empty()) return false;
    change.cell = wrapped(scenario_, change.cell);
    return true;
  }
  bool operator()(AtEntry& event) const {
    event.function = wrapped(scenario_, event.function);
    event.count = std::max(event.count, 1U);
    return (*this)(event.change);
  }
  bool operator()(Attach& event) const { return fix(event.probe, event.target); }
  bool operator()(Detach& event) const { return fix(event.probe, event.target); }

 private:
  std::uint16_t program(std::uint16_t index) const { return wrapped(index, scenario_.programs.size()); }

  bool fix(std::uint16_t& probe, FunctionRef& target) const {
    probe = program(probe);
    target = wrapped(scenario_, target);
    return true;
  }

  void fix(Expect& expect) const {
    const bool of_function = expect.kind == Expect::Kind::entries;
    const bool of_cell = expect.kind == Expect::Kind::cell;
    expect.function = of_function ? wrapped(scenario_, expect.function) : FunctionRef{};
    expect.cell = of_cell ? wrapped(scenario_, expect.cell) : CellRef{};
    if (expect.kind == Expect::Kind::out_of_fuel) expect.value = expect.value != 0 ? 1 : 0;
  }

  const Scenario& scenario_;
};

/// False where the rules do not let the event come next.
template <class Change>
bool attach_step(ProbeRules& rules, const Event& event) {
  const auto* change = std::get_if<Change>(&event);
  if (change == nullptr) return true;
  if (!rules.fault(*change).empty()) return false;
  rules.apply(*change);
  return true;
}

/// Keeps, in order, the events of which `stays` says so; it sees each event once.
template <class Stays>
void filter(std::vector<Event>& events, Stays stays) {
  std::vector<Event> kept;
  kept.reserve(events.size());
  for (Event& event : events) {
    if (stays(event)) kept.push_back(std::move(event));
  }
  events = std::move(kept);
}

}  // namespace

void event_references(Scenario& scenario) {
  const EventReferences references(scenario);
  filter(scenario.events, [&](Event& event) { return std::visit(references, event); });
}

void probes(Scenario& scenario) {
  const auto attaches = [](const Event& event) {
    return std::holds_alternative<Attach>(event) || std::holds_alternative<Detach>(event);
  };
  if (std::ranges::none_of(scenario.events, attaches)) return;
  ProbeRules rules(scenario);
  filter(scenario.events, [&](const Event& event) {
    return attach_step<Attach>(rules, event) && attach_step<Detach>(rules, event);
  });
}

}  // namespace tailbound::bpf::repairing
