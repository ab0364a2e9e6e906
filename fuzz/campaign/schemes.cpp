#include "fuzz/campaign/schemes.hpp"

#include <algorithm>

#include "fuzz/campaign/engines.hpp"

namespace tailbound::fuzz {

const jit::SchemeView* find_scheme(std::string_view name) { return jit::find_named(jit::all_schemes(), name); }

const jit::SchemeView* scheme_of(const EngineChoice& choice) {
  for (const std::string& engine : choice.engines) {
    if (const jit::SchemeView* const scheme = jit::find_scheme(engine, choice.scheme)) return scheme;
  }
  return find_scheme(choice.scheme);
}

std::vector<std::string_view> all_scheme_names() {
  std::vector<std::string_view> names;
  for (const jit::SchemeView& scheme : jit::all_schemes()) {
    if (std::ranges::count(names, scheme.identity.name) == 0) names.push_back(scheme.identity.name);
  }
  return names;
}

}  // namespace tailbound::fuzz
