// The parts of count(), one a kind of thing that happened.
#pragma once

#include "oracles/features/layout.hpp"
#include "oracles/features/tally.hpp"
#include "oracles/model/walker.hpp"

namespace tailbound::features {

/// Attempts one by one: outcome, count, depth, what came before, what the slot held.
void count_attempts(const Layout& layout, const model::Walker& walker, Tally& tally);
/// Functions that were entered: frames, registers, and the statements of their bodies.
void count_functions(const Layout& layout, Tally& tally);
/// Runs and events, and how large everything is.
void count_runs(const bpf::Scenario& scenario, const Layout& layout, const Observation& seen, Tally& tally);

inline std::size_t place_of(const FunctionAt& at) { return at.main ? 0 : 1; }

/// A place on axis::operand.
inline std::size_t operand_kind(const bpf::Expr& expr) {
  constexpr auto kinds = std::to_array<std::size_t>({0, 1, 2, 3, 4});
  static_assert(std::variant_size_v<bpf::Operand> == kinds.size());
  return kinds[expr.first.index()];  // constant, data, cell, entries, call
}
inline std::size_t has_terms(const bpf::Expr& expr) { return expr.rest.empty() ? 0 : 1; }

}  // namespace tailbound::features
