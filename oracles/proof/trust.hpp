#pragma once

namespace tailbound::proof {

/// A few lines to print below a result; docs/trust.md is the whole of it.
const char* what_is_trusted();

}  // namespace tailbound::proof
