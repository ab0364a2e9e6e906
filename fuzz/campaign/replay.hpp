// A finding's file judged again, with what it names and nothing else.
#pragma once

#include <string>

#include "fuzz/campaign/child.hpp"
#include "reports/finding_file.hpp"

namespace tailbound::fuzz {

enum class Replayed : std::uint8_t {
  same,    // the recorded verdict again: same property, same class
  other,   // another one
  agrees,  // none: what was found is gone
  unable,  // it could not be run
};
std::string_view name(Replayed result);

struct ReplayEnd {
  Replayed result = Replayed::unable;
  std::string verdict;  // verdict_word; empty where there is none
  std::string signature;
  std::string detail;  // of the verdict, or why it could not run
};

/// Where the finding stands after this: what its file says, fixed where it is gone, a regression where it was.
reports::Stage stage_after(const reports::FindingFile& finding, const ReplayEnd& end);

/// In a child: a process that dies is the verdict "fault-process-died". The engines' names and the scheme are
/// valid (check_names).
ReplayEnd replay(const reports::FindingFile& finding);

/// What became of it, from how that child ended.
ReplayEnd replay_end(const reports::FindingFile& finding, const ChildEnd& child);

}  // namespace tailbound::fuzz
