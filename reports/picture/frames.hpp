// The machine stack's part of a picture.
#pragma once

#include "reports/picture/picture.hpp"

namespace tailbound::reports {

/// Fills in each function's frame, and what is live under each function that tail-calls.
void add_frames(const bpf::Scenario& scenario, const jit::SchemeView& scheme, Picture& picture);

}  // namespace tailbound::reports
