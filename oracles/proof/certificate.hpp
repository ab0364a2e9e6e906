// That a bit-vector query is unsatisfiable, as something that can be checked without trusting a solver.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "oracles/smt/process.hpp"

namespace tailbound::proof {

/// `clauses`: the query bit-blasted by Z3, in DIMACS. `log`: what CaDiCaL learnt on its way to a
/// contradiction.
struct Certificate {
  std::string clauses, log;
};

/// In the order of the queries, `at_once` at a time. Error: why there is none.
std::vector<std::expected<Certificate, std::string>> certify(const std::vector<std::string>& queries,
                                                             unsigned at_once);

/// The clauses are those that `query` is blasted to, and the log proves them contradictory: the empty string,
/// or what is wrong. Made to run in a process of its own.
smt::Job check_job(const std::string& query, const Certificate& certificate);

}  // namespace tailbound::proof
