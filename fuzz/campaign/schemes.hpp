// Schemes by name, whatever arch emits them.
#pragma once

#include <string_view>
#include <vector>

#include "jit/schemes.hpp"

namespace tailbound::fuzz {

struct EngineChoice;

/// nullptr: no arch has one of that name. Those of one name on several archs have one profile.
const jit::SchemeView* find_scheme(std::string_view name);

/// As the first of the chosen engines that has schemes has it, else as any arch does; nullptr: none does.
const jit::SchemeView* scheme_of(const EngineChoice& choice);

/// Each name once.
std::vector<std::string_view> all_scheme_names();

}  // namespace tailbound::fuzz
