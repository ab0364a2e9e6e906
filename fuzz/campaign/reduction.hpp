// From a scenario that breaks a property to the smallest that breaks it in the same way.
#pragma once

#include <chrono>
#include <functional>

#include "fuzz/campaign/engines.hpp"
#include "fuzz/campaign/jury.hpp"
#include "gen/reduce/reduce.hpp"
#include "oracles/check/oracle_set.hpp"

namespace tailbound::fuzz {

using Engines = std::vector<std::unique_ptr<engine::Engine>>;
/// Called in processes that may die, with what one run may take.
using MakeEngines = std::function<std::expected<Engines, std::string>(std::chrono::milliseconds)>;
MakeEngines engines_of(const EngineChoice& choice);

struct ReductionOptions {
  OracleSet oracles = OracleSet::all();
  bool sampled = true;  // the sampled oracles judge
  bool expectations = false;
  bool fresh = false;  // a process for each candidate, see JuryOptions
  /// An engine is dear to start (a guest boots): processes are few, and what is reduced is not judged once more
  /// alone.
  bool dear = false;
  std::chrono::milliseconds limit{15'000};
  gen::ReduceOptions steps = {};  // `enough` is set here
};

struct Reduction {
  bpf::Scenario scenario;
  Verdict
      verdict;  // of `scenario`, judged by itself in a process of its own; agreement: it did not happen again
  gen::ReduceStats stats;
};

/// What is kept still shows what `scenario` itself does (oracles/symptom.hpp); where no smaller one does when it is
/// judged by itself, it is given back as it is.
Reduction reduce_finding(const MakeEngines& engines, const bpf::Scenario& scenario,
                         const ReductionOptions& options);

}  // namespace tailbound::fuzz
