// The only source that sees Z3's header.
#include <fmt/format.h>
#include <z3++.h>

#include "oracles/smt/solver.hpp"
#include "oracles/smt/z3.hpp"

namespace tailbound::smt {

std::string z3_version() {
  unsigned major = 0, minor = 0, build = 0, revision = 0;
  Z3_get_version(&major, &minor, &build, &revision);
  return fmt::format("{}.{}.{}", major, minor, build);
}

std::string run_z3(const std::string& text, const SolverOptions& options) {
  try {
    z3::set_param("memory_max_size", static_cast<int>(options.memory_megabytes));
    z3::context context;
    const bool horn = text.find("(set-logic HORN)") != std::string::npos;
    z3::solver solver = horn ? z3::solver(context, "HORN") : z3::solver(context);
    solver.set("timeout", static_cast<unsigned>(options.time_limit.count()));
    solver.from_string(text.c_str());
    switch (solver.check()) {
      case z3::unsat: return "unsat\n";
      case z3::unknown: return "unknown\n" + solver.reason_unknown();
      case z3::sat: break;
    }
    const z3::model model = solver.get_model();
    return fmt::format("sat\n{}\n", Z3_model_to_string(context, model));
  } catch (const z3::exception& error) {
    return fmt::format("error\n{}", error.msg());
  }
}

std::expected<std::string, std::string> to_cnf(const std::string& text) {
  try {
    z3::context context;
    z3::solver reader(context);
    reader.from_string(text.c_str());
    z3::goal goal(context);
    for (const z3::expr& assertion : reader.assertions()) goal.add(assertion);
    const z3::tactic blast = z3::tactic(context, "simplify") & z3::tactic(context, "bit-blast") &
                             z3::tactic(context, "tseitin-cnf");
    const z3::apply_result result = blast(goal);
    if (result.size() != 1) return std::unexpected(fmt::format("{} goals, expected one", result.size()));
    if (result[0].is_decided_unsat()) return "p cnf 0 1\n0\n";
    return result[0].dimacs(false);
  } catch (const z3::exception& error) {
    return std::unexpected(fmt::format("z3: {}", error.msg()));
  }
}

}  // namespace tailbound::smt
