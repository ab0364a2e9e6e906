// Why a bound broke, in sentences and stacks.
#pragma once

#include <string>

#include "reports/story.hpp"

namespace tailbound::reports::html {

/// The words: what returned, which count came back, what the next tail call then did.
std::string explanation_text(const Finding& finding, const Story& story);

/// The stacks before the return and where the traces part, each beside the same moment with one count for all.
std::string explanation(const Finding& finding, const Story& story);

}  // namespace tailbound::reports::html
