#include "reports/stage.hpp"

#include <array>

namespace tailbound::reports {

namespace {
constexpr std::array<std::string_view, 5> names = {"new", "reduced", "known", "fixed", "regression"};
}  // namespace

std::string_view name(Stage stage) { return names[static_cast<std::size_t>(stage)]; }

std::optional<Stage> find_stage(std::string_view name) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<Stage>(i);
  }
  return std::nullopt;
}

}  // namespace tailbound::reports
