// Expected and observed trace side by side, with the returns between entries: there a count that is handed over
// by value goes back to what it was.
#pragma once

#include <string>

#include "reports/story.hpp"

namespace tailbound::reports::html {

std::string timeline(const Finding& finding, const Story& story);

}  // namespace tailbound::reports::html
