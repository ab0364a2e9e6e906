// The families that schemes() is made of, one a file: scheme_<family>.cpp.
#pragma once

#include <vector>

#include "jit/arm64/emitter.hpp"

namespace tailbound::arm64 {

std::vector<Scheme> pointer_family();
std::vector<Scheme> pointer_fixed_frame_family();
std::vector<Scheme> by_value_family();

}  // namespace tailbound::arm64
