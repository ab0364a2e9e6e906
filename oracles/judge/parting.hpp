// Where an engine's trace leaves the model's, found by running with less and less fuel: the hash of every prefix is
// then in the ledger.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "jit/bpf/scenario.hpp"
#include "oracles/engine/engine.hpp"
#include "oracles/model/walker.hpp"

namespace tailbound {

struct Parting {
  std::uint64_t entry = 0;         // number (from 0) of the first entry that differs
  std::uint64_t window_first = 0;  // number of the first entry of both windows
  std::vector<std::uint32_t> expected;  // function ids; a trace that ends leaves its window short
  std::vector<std::uint32_t> observed;
  /// The discipline whose walk gives the observed trace up to that entry, and its live frames then (outermost
  /// first); none when neither does.
  std::optional<model::Discipline> explained_by;
  std::vector<model::Frame> frames;
};

/// For run number `run` of a scenario that the engine can run; nothing when the traces are the same.
std::optional<Parting> find_parting(const bpf::Scenario& scenario, std::size_t run, engine::Engine& engine);

}  // namespace tailbound
