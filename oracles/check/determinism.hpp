// The same program gives the same image, whatever a compiler did before, and the same run shows the same.
#pragma once

#include "jit/image.hpp"
#include "oracles/observation.hpp"
#include "oracles/verdict.hpp"

namespace tailbound::check {

Verdict same_image(const jit::Image& first, const jit::Image& second);

/// Two runs of one scenario by one engine show the same, the machine stack included.
Verdict same_observation(const Observation& first, const Observation& second);

}  // namespace tailbound::check
