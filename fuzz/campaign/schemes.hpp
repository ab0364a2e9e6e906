// Schemes by name, whatever arch emits them.
#pragma once

#include <string_view>
#include <vector>

#include "jit/lower/scheme.hpp"

namespace tailbound::fuzz {

/// nullptr: no arch has one of that name. Those of one name on several archs have one profile.
const jit::SchemeIdentity* find_scheme(std::string_view name);

/// Each name once.
std::vector<std::string_view> all_scheme_names();

}  // namespace tailbound::fuzz
