#include "reports/report.hpp"

#include "reports/html/finding_page.hpp"

namespace tailbound::reports {

std::string_view name(FindingState state) {
  switch (state) {
    case FindingState::same: return "same";
    case FindingState::other: return "other";
    case FindingState::agrees: return "agrees";
    case FindingState::unable: return "could-not-run";
    case FindingState::bad_file: return "bad-file";
  }
  return "?";
}

ReportedFinding reported(const Finding& finding, const std::string& file, FindingState state) {
  return {.state = state,
          .file = file,
          .page = {},
          .sentence = verdict_sentence(finding),
          .signature = signature(finding),
          .property = std::string(name(finding.verdict.property)),
          .kind = finding.verdict.kind,
          .detail = finding.verdict.detail,
          .engine = finding.engine.name,
          .scheme = finding.scheme,
          .replay = "./tailbound " + replay_arguments(finding, file)};
}

}  // namespace tailbound::reports
