// What two findings have in common when they are the same: property, class of the mismatch, shape of the
// scenario. Free of names of engines, schemes, programs, and of the order in which a file declares things.
#pragma once

#include <string>
#include <string_view>

#include "jit/bpf/scenario.hpp"
#include "oracles/observation.hpp"
#include "oracles/verdict.hpp"

namespace tailbound::reports {

/// Property and class of the mismatch: "bound-exceeded". What makes two verdicts the same.
std::string verdict_word(const Verdict& verdict);

/// Eight hexadecimal digits of the scenario's canonical form; what a file expects is set aside.
std::string shape_word(const bpf::Scenario& scenario);

/// Eight hexadecimal digits of what the run did: how it ended; where it ended by itself also its counts, and
/// what of its results is as expected. Addresses and the values of wrong results are set aside.
std::string effect_word(const Observation& expected, const Observation& observed, std::size_t run);

/// "bound-exceeded-b7a752c0-11d0e4a9": verdict, shape, effect. Fit for a file name. The process died: no
/// effect.
std::string signature(const Verdict& verdict, const bpf::Scenario& scenario);
std::string signature(const Verdict& verdict, const bpf::Scenario& scenario, const Observation& expected,
                      const Observation& observed);

/// Whether a signature is of this verdict and shape, whatever its effect.
bool has_shape(std::string_view signature, std::string_view verdict, const bpf::Scenario& scenario);

}  // namespace tailbound::reports
