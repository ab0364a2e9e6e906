// One finding as a page that stands alone.
#pragma once

#include <string>

#include "reports/finding.hpp"

namespace tailbound::reports {

/// What a page says besides the finding itself.
struct PageFacts {
  std::string file;       // the finding's, as it was given
  std::string file_text;  // its text, so that the page alone is enough to run it again
  std::string found_by;   // a command; may be empty
};

struct FindingPage {
  std::string html;
  std::string trouble;  // what could not be drawn, a line; empty: all was
};

FindingPage finding_page(const Finding& finding, const PageFacts& facts);

/// The verdict with who gave it: "x86_64 under scheme by-value: 1375 tail calls …".
std::string verdict_sentence(const Finding& finding);

}  // namespace tailbound::reports
