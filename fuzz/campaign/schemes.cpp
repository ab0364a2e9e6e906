#include "fuzz/campaign/schemes.hpp"

#include <algorithm>

#include "jit/arm64/schemes.hpp"
#include "jit/x86_64/schemes.hpp"

namespace tailbound::fuzz {

const jit::SchemeIdentity* find_scheme(std::string_view name) {
  if (const auto* const scheme = x86_64::find_scheme(name)) return &scheme->identity;
  if (const auto* const scheme = arm64::find_scheme(name)) return &scheme->identity;
  return nullptr;
}

std::vector<std::string_view> all_scheme_names() {
  std::vector<std::string_view> names;
  for (const auto& scheme : x86_64::schemes()) names.push_back(scheme.identity.name);
  for (const auto& scheme : arm64::schemes()) {
    if (std::ranges::count(names, scheme.identity.name) == 0) names.push_back(scheme.identity.name);
  }
  return names;
}

}  // namespace tailbound::fuzz
