#include "gen/body/body.hpp"
#include "gen/body/value.hpp"

namespace tailbound::gen {

void draw_maps(Draft& draft) {
  if (!draft.source.percent(50)) return;
  draft.scenario.maps.push_back(
      {.name = "m0", .cells = {0, draft.source.below(50), 0, draft.source.below(7)}});
  static_assert(map_cells == 4);
}

}  // namespace tailbound::gen
