#include "oracles/judge/odd_one_out.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "oracles/check/checks.hpp"

namespace tailbound {

namespace {

/// Those who say the same.
struct Side {
  const Observation* says;
  std::vector<std::string> names;
};

/// Faults and broken frames are a statement of their own, however like another's the counts are.
bool same(const Observation& a, const Observation& b) {
  return !check::ended(a).broken() && !check::ended(b).broken() && !check::frame_balance(a).broken() &&
         !check::frame_balance(b).broken() && !check::same_behaviour(a, b, false).broken();
}

void add(std::vector<Side>& sides, std::string name, const Observation& says) {
  const auto side = std::ranges::find_if(sides, [&](const Side& s) { return same(*s.says, says); });
  if (side == sides.end()) sides.push_back({&says, {std::move(name)}});
  else side->names.push_back(std::move(name));
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    text += i == 0 ? "" : i + 1 == names.size() ? " and " : ", ";
    text += names[i];
  }
  return text;
}

}  // namespace

std::string odd_one_out(const Judge& judge, std::size_t engine) {
  const auto& engines = judge.engines();
  std::vector<Side> sides;
  add(sides, "model", judge.predicted(engine));
  for (std::size_t e = 0; e < engines.size(); ++e) {
    if (engines[e]->identity().profile != engines[engine]->identity().profile) continue;
    if (judge.asked(e) && judge.observed(e).unavailable.empty()) {
      add(sides, engines[e]->identity().text(), judge.observed(e));
    }
  }
  if (sides.size() < 2) return {};
  std::iter_swap(sides.begin(),
                 std::ranges::min_element(sides, {}, [](const Side& s) { return s.names.size(); }));
  if (sides.size() == 2 && sides[0].names.size() == 1 && sides[1].names.size() > 1) {
    return fmt::format("{} differs from {}", sides[0].names[0], joined(sides[1].names));
  }
  std::string text = "sides: ";
  for (const Side& side : sides) text += (&side == &sides[0] ? "" : " | ") + joined(side.names);
  return text;
}

}  // namespace tailbound
