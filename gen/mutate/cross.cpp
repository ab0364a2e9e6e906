// Programs of one scenario in another: bodies come whole, with the slots that led to them.
#include <algorithm>
#include <utility>

#include "gen/mutate/bounds.hpp"
#include "gen/mutate/mutate.hpp"
#include "gen/mutate/references.hpp"
#include "gen/mutate/slots.hpp"
#include "jit/bpf/repair.hpp"

namespace tailbound::gen {

namespace {

using namespace bpf;

/// The child is never larger than the larger parent: in programs, arrays, maps, events and statements.
class Crossing {
 public:
  Crossing(ByteSource& source, const Scenario& a, const Scenario& b)
      : source_(source), child_(a), other_(b), to_(b.programs.size(), nowhere) {
    most_statements_ = std::max(statements_of(a), statements_of(b));
    statements_ = statements_of(a);
  }

  Scenario run() {
    take_maps();
    take_arrays();
    for (std::uint32_t wanted = source_.between(1, 1 + size(other_.programs) / 2); wanted > 0; --wanted) {
      take_program();
    }
    for (std::uint16_t p = 0; p < to_.size(); ++p) {
      if (to_[p] != nowhere) adapt(child_.programs[to_[p]]);
    }
    for (std::uint16_t a = 0; a < other_.arrays.size(); ++a) take_slots(a);
    if (source_.percent(40)) take_events();
    repair(child_);
    return std::move(child_);
  }

 private:
  static constexpr std::uint16_t nowhere = 0xffff;

  template <class List>
  static std::uint32_t size(const List& list) {
    return static_cast<std::uint32_t>(list.size());
  }

  /// Cells of a map that the child has too are the child's.
  void take_maps() {
    for (std::size_t i = child_.maps.size(); i < other_.maps.size(); ++i) child_.maps.push_back(other_.maps[i]);
  }

  /// An array that the child has at that place stays, larger if the other's is; one that it has not comes
  /// empty.
  void take_arrays() {
    for (std::size_t i = 0; i < other_.arrays.size(); ++i) {
      const ProgArray& array = other_.arrays[i];
      if (i < child_.arrays.size()) {
        child_.arrays[i].size = std::max(child_.arrays[i].size, array.size);
      } else {
        child_.arrays.push_back({array.name, array.size, {}});
      }
    }
  }

  /// Beside the child's programs as long as the larger parent has as many, else in the place of one.
  void take_program() {
    const auto from = static_cast<std::uint16_t>(source_.below(size(other_.programs)));
    if (to_[from] != nowhere) return;
    const std::size_t most = std::max<std::size_t>(own_programs_, other_.programs.size());
    const bool appends = child_.programs.size() < most && source_.percent(60);
    auto to = static_cast<std::uint16_t>(source_.below(own_programs_));
    if (!appends && std::ranges::find(to_, to) != to_.end()) return;
    const std::size_t gone = appends ? 0 : statements_of(child_.programs[to]);
    const std::size_t come = statements_of(other_.programs[from]);
    if (statements_ - gone + come > most_statements_) return;
    statements_ = statements_ - gone + come;
    if (appends) {
      to = static_cast<std::uint16_t>(child_.programs.size());
      child_.programs.push_back(other_.programs[from]);
    } else {
      child_.programs[to] = other_.programs[from];
    }
    to_[from] = to;
  }

  /// Of programs that did not come the child has another in their place; repair wraps the function.
  std::uint16_t place_of(std::uint16_t program) const {
    return to_[program] != nowhere ? to_[program]
                                   : static_cast<std::uint16_t>(program % child_.programs.size());
  }

  void adapt(Program& program) const {
    each_entries_of(program, [&](FunctionRef& function) { function.program = place_of(function.program); });
  }

  void take_slots(std::uint16_t array) {
    for (const Slot& slot : other_.arrays[array].slots) {
      if (to_[slot.program] == nowhere || !source_.percent(80)) continue;
      put_slot(child_.arrays[array], slot.index, to_[slot.program]);
    }
  }

  void take_events() {
    std::vector<Event> events = other_.events;
    for (Event& event : events) each_program_of(event, [&](std::uint16_t& p) { p = place_of(p); });
    if (child_.events.empty() || source_.percent(50)) {
      child_.events = std::move(events);
      return;
    }
    const std::size_t most = std::max(child_.events.size(), events.size());
    child_.events.resize(1 + source_.below(size(child_.events)));
    const std::size_t more = std::min(events.size(), most - child_.events.size());
    child_.events.insert(child_.events.end(), events.end() - static_cast<std::ptrdiff_t>(more), events.end());
  }

  ByteSource& source_;
  Scenario child_;
  const Scenario& other_;
  std::uint32_t own_programs_ = size(child_.programs);  // before any came
  std::vector<std::uint16_t> to_;                       // by program of the other: its place in the child
  std::size_t statements_ = 0;
  std::size_t most_statements_ = 0;
};

}  // namespace

Scenario cross(ByteSource& source, const Scenario& a, const Scenario& b) {
  Scenario child = Crossing(source, a, b).run();
  forget_expectations(child);
  return child;
}

}  // namespace tailbound::gen
