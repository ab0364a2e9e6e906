// What a variant of a scenario must show, given what the scenario shows.
#pragma once

#include "oracles/check/variant.hpp"
#include "oracles/observation.hpp"
#include "oracles/verdict.hpp"

namespace tailbound::check {

/// `got`, of the variant, is `base`, of the scenario, with other function and site ids: ending, tail calls,
/// attempts and fall-throughs, entries, fuel, order, return value, cells. What is new was never entered nor
/// tried, but for a refused call, which fell through whenever it was tried. Values that live across calls and
/// the hash of a trace longer than the ledger's ring hold ids inside: they are compared where ids are as they
/// were.
Verdict same_but_for(const Variant& variant, const Observation& base, const Observation& got);

}  // namespace tailbound::check
