// The JIT of the arch that a runner is built for.
#pragma once

#include <string>

#include "jit/image.hpp"
#include "oracles/engine/native/parcel.hpp"

namespace tailbound::engine::runner {

/// Empty, or why not.
std::string compile(const native::CompileOrder& order, jit::Image& image);

}  // namespace tailbound::engine::runner
