#include "oracles/features/features.hpp"
#include "oracles/features/groups.hpp"

namespace tailbound::features {

static_assert(counters_in_use <= counters);

std::string describe(std::size_t counter) {
  std::size_t group = 0;
  while (group < groups.size() && counter >= groups[group].places()) counter -= groups[group++].places();
  if (group == groups.size()) return {};
  std::size_t rest = groups[group].places();
  std::string text(groups[group].name);
  std::string_view between = ": ";
  for (const Axis& axis : groups[group].axes) {
    if (axis.empty()) break;
    rest /= axis.size();
    text.append(between).append(axis[counter / rest]);
    counter %= rest;
    between = ", ";
  }
  return text;
}

}  // namespace tailbound::features
