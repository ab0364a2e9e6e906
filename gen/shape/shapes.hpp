// The shapes, one a file.
#pragma once

#include "gen/draft.hpp"

namespace tailbound::gen::shape {

void chain(Draft& draft);
void cycle(Draft& draft);
void self_loop(Draft& draft);
void fan_out(Draft& draft);
void diamond(Draft& draft);
void hierarchy(Draft& draft);
void mixed(Draft& draft);
void sparse(Draft& draft);

}  // namespace tailbound::gen::shape
