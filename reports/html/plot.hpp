// Count, tail calls taken and depth over the entries of a run, as a drawing of our own.
#pragma once

#include <string>

#include "reports/story.hpp"

namespace tailbound::reports::html {

/// Three panels one above the other with one axis of entries. `broad` for a page, otherwise for a telephone.
std::string plot_svg(const Story& story, bool broad);

/// The same in words, for who cannot see it.
std::string plot_in_words(const Story& story);

}  // namespace tailbound::reports::html
