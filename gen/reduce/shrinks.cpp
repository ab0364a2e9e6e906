#include "gen/reduce/shrinks.hpp"

#include <iterator>
#include <utility>

#include "gen/mutate/bounds.hpp"
#include "gen/mutate/references.hpp"
#include "jit/bpf/repair.hpp"

namespace tailbound::gen {

using namespace bpf;

namespace {

/// `change(Block&, std::size_t)` at the statement of that number in text order; false when there is none.
template <class Change>
bool at_statement(Block& block, std::size_t& number, Change&& change) {
  for (std::size_t i = 0; i < block.size(); ++i) {
    if (number-- == 0) {
      change(block, i);
      return true;
    }
    auto* branch = std::get_if<If>(&block[i].node);
    if (branch == nullptr) continue;
    if (at_statement(branch->then_block, number, change) || at_statement(branch->else_block, number, change)) {
      return true;
    }
  }
  return false;
}

void drop(Block& block, std::size_t i) {
  if (std::holds_alternative<Return>(block[i].node)) return;
  block.erase(block.begin() + static_cast<std::ptrdiff_t>(i));
}

/// An if gives way to one of its arms.
void unwrap(Block& block, std::size_t i, Block If::* arm) {
  auto* branch = std::get_if<If>(&block[i].node);
  if (branch == nullptr) return;
  Block inner = std::move(branch->*arm);
  block.erase(block.begin() + static_cast<std::ptrdiff_t>(i));
  block.insert(block.begin() + static_cast<std::ptrdiff_t>(i), std::make_move_iterator(inner.begin()),
               std::make_move_iterator(inner.end()));
}

/// What a statement computes gives way to 0, a hidden number to a known one.
void simplify(Block& block, std::size_t i) {
  Expr* const expr = repairing::expression_of(block[i]);
  if (expr == nullptr) return;
  const auto* hidden = std::get_if<Data>(&expr->first);
  if (hidden != nullptr && expr->rest.empty() && hidden->value != 0 && hidden->value < 4096) {
    *expr = {Constant{static_cast<std::int32_t>(hidden->value)}, {}};
  } else {
    *expr = {Constant{0}, {}};
  }
}

void drop_terms(Block& block, std::size_t i) {
  if (Expr* const expr = repairing::expression_of(block[i])) expr->rest.clear();
}

/// What a call calls first is called instead.
void straighten(Program& program, Block& block, std::size_t i) {
  Expr* const expr = repairing::expression_of(block[i]);
  auto* call = expr == nullptr ? nullptr : std::get_if<CallValue>(&expr->first);
  if (call == nullptr) return;
  Block& callee = program.functions[call->function].body;
  Expr* const first = callee.empty() ? nullptr : repairing::expression_of(callee.front());
  if (first == nullptr) return;
  if (const auto* next = std::get_if<CallValue>(&first->first)) call->function = next->function;
}

class Shrinks {
 public:
  explicit Shrinks(const Scenario& scenario) : scenario_(scenario), size_(size_of(scenario)) {}

  std::vector<Scenario> run() {
    drop_programs();
    drop_events();
    redirect_slots();
    change_statements([](Program&, Block& block, std::size_t i) { drop(block, i); });
    change_statements([](Program&, Block& block, std::size_t i) { unwrap(block, i, &If::then_block); });
    change_statements([](Program&, Block& block, std::size_t i) { unwrap(block, i, &If::else_block); });
    change_statements(straighten);
    drop_slots();
    shrink_room();
    shrink_frames();
    change_statements([](Program&, Block& block, std::size_t i) { drop_terms(block, i); });
    change_statements([](Program&, Block& block, std::size_t i) { simplify(block, i); });
    lower_numbers();
    return std::move(found_);
  }

 private:
  template <class Change>
  void offer(Change&& change) {
    Scenario candidate = scenario_;
    change(candidate);
    repair(candidate);
    if (size_of(candidate) < size_) found_.push_back(std::move(candidate));
  }

  void drop_programs() {
    if (scenario_.programs.size() < 2) return;
    for (std::size_t p = scenario_.programs.size(); p-- > 0;) {
      offer([&](Scenario& s) { erase_program(s, static_cast<std::uint16_t>(p)); });
    }
  }

  void drop_events() {
    for (std::size_t e = scenario_.events.size(); e-- > 0;) {
      offer([&](Scenario& s) { s.events.erase(s.events.begin() + static_cast<std::ptrdiff_t>(e)); });
    }
    offer([](Scenario& s) { forget_expectations(s); });
  }

  /// To the first program: then the other one may go.
  void redirect_slots() {
    for_slots([](Scenario& s, std::size_t a, std::size_t i) { s.arrays[a].slots[i].program = 0; });
  }
  void drop_slots() {
    for_slots([](Scenario& s, std::size_t a, std::size_t i) {
      s.arrays[a].slots.erase(s.arrays[a].slots.begin() + static_cast<std::ptrdiff_t>(i));
    });
  }
  template <class Change>
  void for_slots(Change&& change) {
    for (std::size_t a = 0; a < scenario_.arrays.size(); ++a) {
      for (std::size_t i = 0; i < scenario_.arrays[a].slots.size(); ++i) {
        offer([&](Scenario& s) { change(s, a, i); });
      }
    }
  }

  template <class Change>
  void change_statements(Change&& change) {
    for (std::size_t p = 0; p < scenario_.programs.size(); ++p) {
      for (std::size_t f = scenario_.programs[p].functions.size(); f-- > 0;) {
        for (std::size_t n = statements_of(scenario_.programs[p].functions[f].body); n-- > 0;) {
          offer([&](Scenario& s) {
            std::size_t number = n;
            Program& program = s.programs[p];
            at_statement(program.functions[f].body, number,
                         [&](Block& block, std::size_t i) { change(program, block, i); });
          });
        }
      }
    }
  }

  /// Arrays end at their last slot, and the last one may go; maps lose their last cells.
  void shrink_room() {
    for (std::size_t a = 0; a < scenario_.arrays.size(); ++a) {
      offer([&](Scenario& s) {
        ProgArray& array = s.arrays[a];
        array.size = array.slots.empty() ? 1 : array.slots.back().index + 1;
      });
    }
    if (scenario_.arrays.size() > 1) offer([](Scenario& s) { s.arrays.pop_back(); });
    offer([](Scenario& s) { s.arrays.clear(); });
    offer([](Scenario& s) { s.maps.clear(); });
    for (std::size_t m = 0; m < scenario_.maps.size(); ++m) {
      offer([&](Scenario& s) { s.maps[m].cells.resize(1); });
    }
  }

  void shrink_frames() {
    for (std::size_t p = 0; p < scenario_.programs.size(); ++p) {
      for (std::size_t f = 0; f < scenario_.programs[p].functions.size(); ++f) {
        offer([&](Scenario& s) { s.programs[p].functions[f].stack = 0; });
        offer([&](Scenario& s) { s.programs[p].functions[f].stack /= 2; });
        offer([&](Scenario& s) { s.programs[p].functions[f].keep = 0; });
      }
    }
  }

  void lower_numbers() {
    offer([](Scenario& s) { s.seed = 0; });
    for (std::size_t e = 0; e < scenario_.events.size(); ++e) {
      offer([&](Scenario& s) {
        if (auto* change = std::get_if<AtEntry>(&s.events[e])) change->count = (change->count + 1) / 2;
        if (auto* run = std::get_if<Run>(&s.events[e])) run->program = 0;
      });
    }
    for (std::size_t m = 0; m < scenario_.maps.size(); ++m) {
      offer([&](Scenario& s) { s.maps[m].cells.assign(s.maps[m].cells.size(), 0); });
    }
  }

  const Scenario& scenario_;
  Size size_;
  std::vector<Scenario> found_;
};

}  // namespace

std::vector<Scenario> shrinks_of(const Scenario& scenario) { return Shrinks(scenario).run(); }

}  // namespace tailbound::gen
