// The rule's world with machine integers: counts in a stack of cells.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "oracles/model/tail_call_rule.hpp"

namespace tailbound::model {

struct MachineWorld {
  using Value = std::uint64_t;
  using Bool = bool;
  using Ref = std::uint32_t;

  std::vector<Value> cells;

  static Value number(std::uint64_t value) { return value; }
  static Value add(Value a, Value b) { return a + b; }
  static Bool less(Value a, Value b) { return a < b; }
  static Bool both(Bool a, Bool b) { return a && b; }
  static Bool negate(Bool a) { return !a; }
  static Value select(Bool condition, Value then, Value otherwise) { return condition ? then : otherwise; }

  Value load(Ref ref) const { return cells[ref]; }
  void store(Ref ref, Value value) { cells[ref] = value; }
  Ref fresh(Value value) {
    cells.push_back(value);
    return static_cast<Ref>(cells.size() - 1);
  }

  /// Cells die in the reverse order of their birth, as frames do.
  std::size_t mark() const { return cells.size(); }
  void forget_after(std::size_t mark) { cells.resize(mark); }
};

using MachineRule = TailCallRule<MachineWorld>;

}  // namespace tailbound::model
