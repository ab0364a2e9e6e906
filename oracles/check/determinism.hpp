// The same program gives the same image, whatever a compiler did before.
#pragma once

#include "jit/image.hpp"
#include "oracles/verdict.hpp"

namespace tailbound::check {

Verdict same_image(const jit::Image& first, const jit::Image& second);

}  // namespace tailbound::check
