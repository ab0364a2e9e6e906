// All states of a small Horn system, by trying: an answer that owes nothing to a solver.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "oracles/smt/script.hpp"

namespace tailbound::proof {

/// The indices of the clauses, in order, that lead from a fact to a query; nullopt: no query is reached.
/// Every clause has at most one relation in its body, whose arguments are its variables.
std::optional<std::vector<std::size_t>> way_to_query(const smt::Horn& horn);

}  // namespace tailbound::proof
