// Whether a trace can come about at all, when slots change at any time.
#pragma once

#include <vector>

#include "jit/bpf/scenario.hpp"
#include "oracles/observation.hpp"
#include "oracles/verdict.hpp"

namespace tailbound::check {

/// What a slot may hold during the run; a slot that is not named holds what the scenario's array says.
struct SlotContents {
  std::uint16_t array = 0;
  std::uint32_t index = 0;
  std::vector<std::uint16_t> programs;
  bool may_be_empty = false;
};

/// The functions entered are a path over the programs: every call enters its subprogram, every tail call a
/// program that its slot may hold or none. Branches may go either way and an index that is not known may be
/// any. A refusal by a slot that is never empty is possible only once `limit` calls were taken. Incomparable: a
/// run of more entries than the ledger's ring holds, or out of fuel.
Verdict possible_path(const bpf::Scenario& scenario, std::uint16_t program,
                      const std::vector<SlotContents>& contents, const bpf::LedgerLayout& layout,
                      const RunObservation& run, std::uint64_t limit);

}  // namespace tailbound::check
