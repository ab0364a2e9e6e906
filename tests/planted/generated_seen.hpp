// Which of the generated faults change nothing, by rule instead of by row.
#pragma once

#include "tests/planted/fault.hpp"

namespace tailbound::planted {

/// Sets `equivalent` where a rule says why.
void fill_what_is_seen(Fault& fault);

}  // namespace tailbound::planted
