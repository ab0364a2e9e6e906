// Many questions at once, from the cache where it has them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "oracles/smt/cache.hpp"
#include "oracles/smt/solver.hpp"

namespace tailbound::smt {

struct Question {
  Solver solver = Solver::z3;
  std::string text;
};

struct Given {
  Answer answer;
  bool from_cache = false;
};

class Asker {
 public:
  Asker(SolverOptions options, Cache cache, unsigned at_once);

  /// Answers in the order of the questions; `progress` gets how many are done.
  std::vector<Given> ask_all(const std::vector<Question>& questions,
                             const std::function<void(std::size_t)>& progress) const;

  /// Empty: the solver is missing.
  const std::string& version(Solver solver) const { return versions_[static_cast<std::size_t>(solver)]; }

 private:
  std::string key(const Question& question) const;

  SolverOptions options_;
  Cache cache_;
  unsigned at_once_;
  std::string versions_[2];
};

}  // namespace tailbound::smt
