// The high-water mark of every run against the computed bound.
#include <fmt/format.h>

#include "oracles/check/checks.hpp"

namespace tailbound::check {

Verdict machine_stack(const Observation& got, std::uint64_t bytes) {
  for (std::size_t r = 0; r < got.runs.size(); ++r) {
    const std::uint64_t used = got.runs[r].stack_used;
    if (used <= bytes) continue;
    return {Outcome::disagree, Property::stack, "deeper",
            fmt::format("{} bytes of machine stack were used; the frames add up to at most {}", used, bytes),
            r};
  }
  return {};
}

}  // namespace tailbound::check
