// How many tail calls a run makes when nothing stops it, computed without making them: for scenarios whose
// control flow does not depend on state. Integers of any size (GMP, which stays in the .cpp file).
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>

#include "jit/bpf/profile.hpp"
#include "jit/bpf/scenario.hpp"
#include "oracles/model/tail_call_rule.hpp"

namespace tailbound::model {

struct BigCount {
  std::string decimal;
  std::optional<std::uint64_t> small;  // where it fits
  bool operator==(const BigCount&) const = default;
};

/// Fuel set aside; all functions and sites together.
struct ClosedForm {
  BigCount tail_calls;
  BigCount entries;
  BigCount refused;
  bool operator==(const ClosedForm&) const = default;
};

/// The counts of run number `run` (from 0, as in Observation::runs) of a valid scenario, or
/// "incomparable: why". Slots and cells are as the events before that run leave them; a cell that any program
/// stores to is unknown, and so is what a function was entered.
std::expected<ClosedForm, std::string> closed_form(const bpf::Scenario& scenario, std::size_t run,
                                                   Discipline discipline, const bpf::Profile& profile);

}  // namespace tailbound::model
