// The checks that judge observations. A check judges; it neither prints nor aborts.
#pragma once

#include <span>

#include "jit/bpf/object/prepare.hpp"
#include "jit/bpf/scenario.hpp"
#include "oracles/observation.hpp"
#include "oracles/verdict.hpp"

namespace tailbound::check {

/// No verifier refused it.
Verdict accepted(const Observation& got);

/// Every run ended by itself.
Verdict ended(const Observation& got);

/// Stack pointer, callee-saved registers and canaries after every run.
Verdict frame_balance(const Observation& got);

/// At most `limit` tail calls in every context of every run.
Verdict bound(const Observation& got, std::uint64_t limit);

/// Every run that was measured used at most `bytes` of machine stack.
Verdict machine_stack(const Observation& got, std::uint64_t bytes);

/// Both observations show the same behaviour: tail calls, attempts and fall-throughs per site, trace, entries, fuel,
/// return value, live values and cells, in this order. `live` is compared only if `compare_live`: the model does not
/// say what asm blocks compute.
Verdict same_behaviour(const Observation& want, const Observation& got, bool compare_live);

/// The `expect` lines of the scenario's runs. `cells`: where its cells lie in RunObservation::cells; empty: one after the
/// other, a word each.
Verdict expectations(const bpf::Scenario& scenario, const Observation& got, std::span<const bpf::CellPlace> cells = {});

}  // namespace tailbound::check
