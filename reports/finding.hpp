// A verdict worth a person's time, with all that is needed to see and replay it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "jit/bpf/scenario.hpp"
#include "oracles/engine/engine.hpp"
#include "oracles/judge/parting.hpp"
#include "oracles/observation.hpp"
#include "oracles/verdict.hpp"

namespace tailbound::reports {

struct Finding {
  bpf::Scenario scenario;   // reduced
  Verdict verdict;
  engine::Identity engine;
  std::string scheme;       // that was chosen: it decides the profile of engines without a scheme too
  Observation expected;
  Observation observed;
  std::optional<Parting> parting;
  std::size_t statements_before = 0;  // of the scenario as it was found
  std::uint64_t seed = 0;             // of the generator; 0 with `number` 0 when the scenario came from a file
  std::uint64_t number = 0;
};

/// Property, class of the mismatch and the shape of the scenario (names and expectations set aside); free of engine
/// and scheme names. Fit for a file name.
std::string signature(const Finding& finding);

/// The arguments after `tailbound` that replay a scenario file against the finding's engine.
std::string replay_arguments(const Finding& finding, const std::string& file);

/// Statements of all bodies.
std::size_t count_statements(const bpf::Scenario& scenario);

/// The finding for a terminal: verdict, scenario, counts, where the traces part, the stack then, how to replay.
std::string text(const Finding& finding, const std::string& file);

/// The stack at the parting as a picture; empty when no discipline explains the trace.
std::string stack_picture(const Finding& finding);

}  // namespace tailbound::reports
