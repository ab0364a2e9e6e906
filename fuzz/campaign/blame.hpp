// Which steps of a scheme a finding comes from; for a real kernel, which scheme predicts it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "reports/finding_file.hpp"

namespace tailbound::fuzz {

/// Steps of another scheme that make the finding go away when they are put in, and most of its neighbours with it; no
/// fewer of them do.
struct Guilt {
  std::string donor;               // whose steps they are
  std::vector<std::string> steps;  // "after call: 'store returned count' is missing"

  /// Where many: how many.
  std::string sentence() const;
};

struct Blame {
  std::vector<Guilt> guilty;           // the fewest steps; each another way to mend it
  std::vector<std::string> predicted;  // schemes that show exactly what the engine showed
  std::size_t tried = 0;               // runs under schemes in between
  std::string why_not;                 // where there is nothing to blame

  std::vector<std::string> sentences() const;
};

/// Runs the scenario under the finding's scheme with steps of the others in place of its own, each in a process
/// of its own: first one difference at a time, then two, then all of a sound scheme less what is not needed. An
/// engine without a scheme is compared with each scheme instead.
Blame find_blame(const reports::FindingFile& finding);

}  // namespace tailbound::fuzz
