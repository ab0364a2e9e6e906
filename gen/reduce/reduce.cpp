#include "gen/reduce/reduce.hpp"

#include <utility>

#include "jit/bpf/limits.hpp"
#include "jit/bpf/repair.hpp"

namespace tailbound::gen {

namespace {

using namespace bpf;

class Reduction {
 public:
  Reduction(Scenario& scenario, const StillFails& still_fails, std::size_t budget)
      : best_(scenario), still_fails_(still_fails), budget_(budget) {}

  ReduceStats run() {
    bool progress = true;
    while (progress && stats_.tried < budget_) {
      const std::size_t kept = stats_.kept;
      drop_events();
      drop_programs();
      drop_statements();
      straighten_calls();
      retarget_tail_calls();
      drop_slots_arrays_maps();
      shrink_frames();
      shrink_values();
      progress = stats_.kept != kept;
    }
    return stats_;
  }

 private:
  /// Applies `change` to a copy; keeps the copy if it is valid, different and still fails.
  template <class Change>
  bool keep_if_failing(Change&& change) {
    if (stats_.tried >= budget_) return false;
    Scenario candidate = best_;
    change(candidate);
    repair(candidate);
    if (candidate == best_) return false;
    ++stats_.tried;
    if (!still_fails_(candidate)) return false;
    ++stats_.kept;
    best_ = std::move(candidate);
    return true;
  }

  template <class List, class Erase>
  void drop_each(List&& list, Erase&& erase) {
    for (std::size_t i = list(best_).size(); i-- > 0;) {
      if (i < list(best_).size()) keep_if_failing([&](Scenario& s) { erase(s, i); });
    }
  }

  void drop_events() {
    drop_each(
        [](Scenario& s) -> auto& { return s.events; },
        [](Scenario& s, std::size_t i) { s.events.erase(s.events.begin() + static_cast<std::ptrdiff_t>(i)); });
    for (std::size_t i = 0; i < best_.events.size(); ++i) {
      keep_if_failing([&](Scenario& s) {
        if (auto* run = std::get_if<Run>(&s.events[i])) run->expectations.clear();
      });
    }
  }

  /// Empties slots that hold the program and moves the others' indices down.
  static void erase_program(Scenario& s, std::size_t p) {
    const auto gone = static_cast<std::uint16_t>(p);
    const auto moved = [&](std::uint16_t& index) {
      if (index > gone) --index;
    };
    s.programs.erase(s.programs.begin() + static_cast<std::ptrdiff_t>(p));
    for (ProgArray& array : s.arrays) {
      std::erase_if(array.slots, [&](const Slot& slot) { return slot.program == gone; });
      for (Slot& slot : array.slots) moved(slot.program);
    }
    std::erase_if(s.events, [&](const Event& event) {
      const auto* run = std::get_if<Run>(&event);
      return run != nullptr && run->program == gone;
    });
    for (Event& event : s.events) {
      if (auto* run = std::get_if<Run>(&event)) moved(run->program);
      if (auto* slot = std::get_if<SetSlot>(&event); slot != nullptr && slot->program) {
        if (*slot->program == gone) slot->program.reset();
        else moved(*slot->program);
      }
    }
  }

  void drop_programs() {
    for (std::size_t p = best_.programs.size(); p-- > 0 && best_.programs.size() > 1;) {
      if (keep_if_failing([&](Scenario& s) { erase_program(s, p); })) continue;
      // The runs that entered it enter another one.
      for (std::uint16_t other = 0; other < best_.programs.size() && p < best_.programs.size(); ++other) {
        if (other == p) continue;
        keep_if_failing([&](Scenario& s) {
          for (Event& event : s.events) {
            if (auto* run = std::get_if<Run>(&event); run != nullptr && run->program == p) run->program = other;
          }
          erase_program(s, p);
        });
      }
    }
  }

  // --- statements, in nested blocks too, addressed by their number in text order ---

  template <class Visit>
  static bool at_statement(Block& block, std::size_t& number, Visit&& change) {
    for (std::size_t i = 0; i < block.size(); ++i) {
      if (number-- == 0) {
        change(block, i);
        return true;
      }
      if (auto* branch = std::get_if<If>(&block[i].node)) {
        if (at_statement(branch->then_block, number, change)) return true;
        if (at_statement(branch->else_block, number, change)) return true;
      }
    }
    return false;
  }

  static std::size_t count_statements(const Block& block) {
    std::size_t count = 0;
    visit(block, [&](const Statement&) { ++count; }, [](const Expr&) {});
    return count;
  }

  /// One candidate a statement of the program: `change(scenario, block, index)`.
  template <class Change>
  void each_statement_of(std::size_t p, Change&& change) {
    if (p >= best_.programs.size()) return;
    for (std::size_t f = best_.programs[p].functions.size(); f-- > 0;) {
      if (f >= best_.programs[p].functions.size()) continue;
      for (std::size_t n = count_statements(best_.programs[p].functions[f].body); n-- > 0;) {
        if (p >= best_.programs.size() || f >= best_.programs[p].functions.size()) return;
        keep_if_failing([&](Scenario& s) {
          std::size_t number = n;
          at_statement(s.programs[p].functions[f].body, number,
                       [&](Block& block, std::size_t i) { change(s, block, i); });
        });
      }
    }
  }

  template <class Change>
  void each_statement(Change&& change) {
    for (std::size_t p = 0; p < best_.programs.size(); ++p) {
      each_statement_of(p, [&](Scenario&, Block& block, std::size_t i) { change(block, i); });
    }
  }

  void drop_statements() {
    each_statement([](Block& block, std::size_t i) {
      if (!std::holds_alternative<Return>(block[i].node)) {
        block.erase(block.begin() + static_cast<std::ptrdiff_t>(i));
      }
    });
    // A branch gives way to one of its blocks.
    for (const bool keep_then : {true, false}) {
      each_statement([&](Block& block, std::size_t i) {
        auto* branch = std::get_if<If>(&block[i].node);
        if (branch == nullptr) return;
        Block inner = std::move(keep_then ? branch->then_block : branch->else_block);
        block.erase(block.begin() + static_cast<std::ptrdiff_t>(i));
        block.insert(block.begin() + static_cast<std::ptrdiff_t>(i), inner.begin(), inner.end());
      });
    }
    // A call gives way to what the subprogram does.
    each_statement([](Block& block, std::size_t i) {
      if (auto* value = std::get_if<Evaluate>(&block[i].node)) value->value = {Constant{0}, {}};
    });
  }

  /// A call of a subprogram gives way to a call of what that one calls first.
  void straighten_calls() {
    for (std::size_t p = 0; p < best_.programs.size(); ++p) {
      each_statement_of(p, [p](Scenario& s, Block& block, std::size_t i) {
        CallValue* const call = plain_call(block[i]);
        if (call == nullptr) return;
        Block& inner = s.programs[p].functions[call->function].body;
        const CallValue* const next = inner.empty() ? nullptr : plain_call(inner.front());
        if (next != nullptr) call->function = next->function;
      });
    }
  }

  /// The call that a statement begins with and whose value it drops or hands on.
  static CallValue* plain_call(Statement& statement) {
    if (auto* value = std::get_if<Evaluate>(&statement.node)) return std::get_if<CallValue>(&value->value.first);
    if (auto* value = std::get_if<Return>(&statement.node)) return std::get_if<CallValue>(&value->value.first);
    return nullptr;
  }

  /// A tail call goes back to its own program. Never the other way, so that passes cannot undo each other.
  void retarget_tail_calls() {
    for (std::size_t p = 0; p < best_.programs.size(); ++p) {
      each_statement_of(p, [p](const Scenario& s, Block& block, std::size_t i) {
        auto* call = std::get_if<TailCall>(&block[i].node);
        if (call == nullptr) return;
        for (const Slot& slot : s.arrays[call->array].slots) {
          if (slot.program == p) call->index = {Constant{static_cast<std::int32_t>(slot.index)}, {}};
        }
      });
    }
  }

  void drop_slots_arrays_maps() {
    for (std::size_t a = 0; a < best_.arrays.size(); ++a) {
      for (std::size_t i = best_.arrays[a].slots.size(); i-- > 0;) {
        keep_if_failing([&](Scenario& s) {
          s.arrays[a].slots.erase(s.arrays[a].slots.begin() + static_cast<std::ptrdiff_t>(i));
        });
      }
      keep_if_failing([&](Scenario& s) {
        ProgArray& array = s.arrays[a];
        array.size = array.slots.empty() ? 1 : array.slots.back().index + 1;
      });
    }
    keep_if_failing([](Scenario& s) { s.maps.clear(); });
    keep_if_failing([](Scenario& s) { s.seed = 0; });
  }

  void shrink_frames() {
    for (std::size_t p = 0; p < best_.programs.size(); ++p) {
      for (std::size_t f = 0; f < best_.programs[p].functions.size(); ++f) {
        keep_if_failing([&](Scenario& s) { s.programs[p].functions[f].stack = 0; });
        keep_if_failing([&](Scenario& s) { s.programs[p].functions[f].keep = 0; });
      }
    }
  }

  void shrink_values() {
    each_statement([](Block& block, std::size_t i) {
      if (auto* give = std::get_if<Return>(&block[i].node)) give->value = {Constant{0}, {}};
      if (auto* call = std::get_if<TailCall>(&block[i].node)) {
        if (const auto* data = std::get_if<Data>(&call->index.first); data != nullptr && data->value < 4096) {
          call->index = {Constant{static_cast<std::int32_t>(data->value)}, {}};
        }
      }
      if (auto* store = std::get_if<StoreCell>(&block[i].node)) store->value = {Constant{1}, {}};
    });
  }

  Scenario& best_;
  const StillFails& still_fails_;
  std::size_t budget_;
  ReduceStats stats_;
};

}  // namespace

ReduceStats reduce(Scenario& scenario, const StillFails& still_fails, std::size_t budget) {
  return Reduction(scenario, still_fails, budget).run();
}

}  // namespace tailbound::gen
