// What runs inside the forked child that asks Z3.
#pragma once

#include <string>

#include "oracles/smt/solver.hpp"

namespace tailbound::smt {

std::string z3_version();
/// As the command would print it: sat and a model, unsat, unknown and why, or error and why.
std::string run_z3(const std::string& text, const SolverOptions& options);

}  // namespace tailbound::smt
