// What steps emit, outside any program: to tell those that do the same from those that only have the same name.
#pragma once

#include "jit/x86_64/emitter.hpp"

namespace tailbound::x86_64 {

/// Same name, and the same code for mains and subprograms, with and without tail calls, of several frames.
bool same_step(const Step& a, const Step& b);

}  // namespace tailbound::x86_64
