// Runs, and what changes between and during them. Attachments are kept but not made: no engine runs them yet.
#include <algorithm>
#include <utility>

#include "gen/mutate/draw.hpp"
#include "gen/mutate/op/ops.hpp"

namespace tailbound::gen::op {

using namespace bpf;

namespace {

bool is_run(const Event& event) { return std::holds_alternative<Run>(event); }

bool room_for_events(const Mutation& m, std::size_t more) {
  return m.scenario.events.size() + more <= m.bounds.events;
}

/// Mostly before a run, so that it is seen; at the end it brings one.
void put_before_a_run(Mutation& m, Event event) {
  auto& events = m.scenario.events;
  std::size_t at = m.below(events.size() + 1);
  while (at < events.size() && !is_run(events[at])) ++at;
  events.insert(events.begin() + static_cast<std::ptrdiff_t>(at), std::move(event));
  if (at + 1 == events.size()) events.push_back(Run{0, {}});
}

AtEntry draw_at_entry(Mutation& m) {
  const std::uint32_t count = m.source.percent(80) ? m.source.between(1, 8) : m.source.between(1, 40);
  return {m.any_function(), count, draw_change(m)};
}

bool change(Mutation& m, Run& run) {
  const std::uint16_t program = m.any_program();
  return std::exchange(run.program, program) != program;
}
bool change(Mutation& m, SetSlot& event) {
  const SetSlot drawn = draw_change(m);
  return std::exchange(event, drawn) != drawn;
}
bool change(Mutation& m, SetCell& event) {
  event.value = draw_near(m.source, event.value);
  return true;
}
bool change(Mutation& m, AtEntry& event) {
  const AtEntry before = event;
  switch (m.source.below(3)) {
    case 0: event.function = m.any_function(); break;
    case 1: event.count = static_cast<std::uint32_t>(draw_near(m.source, event.count)) % 64 + 1; break;
    default: event.change = draw_change(m);
  }
  return event != before;
}
bool change(Mutation&, Attach&) { return false; }
bool change(Mutation&, Detach&) { return false; }

}  // namespace

bool add_run(Mutation& m) {
  if (!room_for_events(m, 1)) return false;
  const std::uint16_t program = m.source.percent(70) ? std::uint16_t{0} : m.any_program();
  m.scenario.events.push_back(Run{program, {}});
  return true;
}

/// One run stays.
bool drop_event(Mutation& m) {
  auto& events = m.scenario.events;
  if (events.empty()) return false;
  const auto at = events.begin() + static_cast<std::ptrdiff_t>(m.below(events.size()));
  if (is_run(*at) && std::ranges::count_if(events, is_run) == 1) return false;
  events.erase(at);
  return true;
}

bool change_slot_between(Mutation& m) {
  if (m.scenario.arrays.empty() || !room_for_events(m, 2)) return false;
  put_before_a_run(m, draw_change(m));
  return true;
}

bool change_cell_between(Mutation& m) {
  if (m.scenario.maps.empty() || !room_for_events(m, 2)) return false;
  put_before_a_run(m, SetCell{m.any_cell(), m.source.below(40)});
  return true;
}

bool change_slot_during(Mutation& m) {
  if (m.scenario.arrays.empty() || !room_for_events(m, 2)) return false;
  put_before_a_run(m, draw_at_entry(m));
  return true;
}

bool change_event(Mutation& m) {
  if (m.scenario.events.empty()) return false;
  Event& event = m.scenario.events[m.below(m.scenario.events.size())];
  return std::visit([&](auto& e) { return change(m, e); }, event);
}

/// Mostly back to plenty: what is interesting happens before the end.
bool change_fuel(Mutation& m) {
  const std::uint64_t fuel = m.source.percent(60) ? default_fuel : m.source.between(1, 200);
  return std::exchange(m.scenario.fuel, fuel) != fuel;
}

bool change_seed(Mutation& m) {
  const std::uint32_t seed = m.source.below(1U << 16);
  return std::exchange(m.scenario.seed, seed) != seed;
}

}  // namespace tailbound::gen::op
