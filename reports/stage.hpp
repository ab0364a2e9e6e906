// Where a finding stands in its life (docs/findings.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tailbound::reports {

enum class Stage : std::uint8_t {
  fresh,       // "new": as it was found, or reduced without coming to an end
  reduced,     // no step of any pass leads to a smaller one
  known,       // on the list of known findings, for this scheme
  fixed,       // does not happen any more
  regression,  // happens again although the list says that it is fixed
};

std::string_view name(Stage stage);
std::optional<Stage> find_stage(std::string_view name);

}  // namespace tailbound::reports
