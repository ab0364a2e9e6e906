// Scenarios changed so that what they show changes in a known way. Every choice comes from a number that is
// given.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "jit/bpf/scenario.hpp"

namespace tailbound::check {

struct Variant {
  bpf::Scenario scenario;
  std::string_view kind;                // what was changed
  std::vector<std::uint32_t> function;  // new function id, by old
  std::vector<std::uint32_t> site;      // new tail-call site id, by old
  /// Of a refused call: its site, its function (new ids), and whether it is the first that the function does.
  struct Refused {
    std::uint32_t site = 0;
    std::uint32_t function = 0;
    bool first = false;
  };
  std::optional<Refused> refused;
};

/// A program that no slot, run or event names; it makes tail calls through the arrays itself. Where in the
/// list it stands is chosen: function and site ids shift. Nothing where a cap leaves no room.
std::optional<Variant> with_unreached_program(const bpf::Scenario& scenario, std::uint64_t choice);

/// Every program, subprogram, map and array has another name.
std::optional<Variant> renamed(const bpf::Scenario& scenario, std::uint64_t choice);

/// A tail call whose index is out of range, as one more statement of a chosen body at a chosen place. Nothing
/// where the limits record leaves no room in any body.
std::optional<Variant> with_refused_call(const bpf::Scenario& scenario, std::uint64_t choice);

/// A number from the scenario's content (FNV-1a of its bytes): the choice of a judge, who has no randomness.
std::uint64_t choice_of(const bpf::Scenario& scenario);

}  // namespace tailbound::check
