// Whether text is coloured.
#pragma once

#include "reports/disassembly.hpp"

namespace tailbound::fuzz::cli {

/// On a terminal alone, and not where NO_COLOR asks for none (no-color.org).
reports::Colours colours();

}  // namespace tailbound::fuzz::cli
