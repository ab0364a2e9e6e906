// A verdict worth a person's time, with all that is needed to see and replay it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "jit/bpf/scenario.hpp"
#include "oracles/check/oracle_set.hpp"
#include "oracles/engine/engine.hpp"
#include "oracles/judge/parting.hpp"
#include "oracles/observation.hpp"
#include "oracles/verdict.hpp"
#include "reports/signature.hpp"
#include "reports/stage.hpp"

namespace tailbound::reports {

struct Finding {
  bpf::Scenario scenario;   // reduced
  Verdict verdict;
  engine::Identity engine;
  std::string scheme;       // that was chosen: it decides the profile of engines without a scheme too
  std::vector<std::string> engines;      // all that judged, in their order
  OracleSet oracles = OracleSet::all();  // that judged, those that are sampled or asked for as well
  bool recorded = false;    // its file says all this (finding_file.hpp), so a replay needs nothing else
  Observation expected;     // what the observation was held against: the model's, or another engine's or run's
  Observation observed;
  std::string sides;        // which statement differs from the others (oracles/judge/odd_one_out.hpp); empty: none
  std::optional<Parting> parting;
  std::size_t statements_before = 0;  // of the scenario as it was found
  Stage stage = Stage::fresh;
  /// What was found guilty, a sentence each: steps of the scheme, or the scheme that predicts a kernel; empty: not asked.
  std::vector<std::string> blame;
  std::uint64_t seed = 0;             // of the generator; 0 with `number` 0 when the scenario came from a file
  std::uint64_t number = 0;
};

std::string signature(const Finding& finding);

/// The arguments after `tailbound` that judge the file again: `replay` where it records the finding, else
/// `run`.
std::string replay_arguments(const Finding& finding, const std::string& file);

/// Statements of all bodies.
std::size_t count_statements(const bpf::Scenario& scenario);

/// The finding for a terminal: verdict, scenario, counts, where the traces part, the stack then, how to
/// replay.
std::string text(const Finding& finding, const std::string& file);

/// The stack at the parting as a picture; empty when no discipline explains the trace.
std::string stack_picture(const Finding& finding);

}  // namespace tailbound::reports
