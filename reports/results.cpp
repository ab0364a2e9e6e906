#include "reports/results.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tailbound::reports {

namespace {

constexpr const char* head =
    "# The kernel's tail-call selftests on engines\n\n"
    "Written by `tailbound results`. Each row is a scenario of corpus/selftests with what the kernel's "
    "selftest expects of\n"
    "it. *holds*: expected, and in every word as the model says. *explained*: not as expected, and in every "
    "word as the\n"
    "model says under the profile and design of that kernel; the differences stand below.\n\n";

std::string design(const ResultColumn& column) {
  return fmt::format("profile {}, {}", column.profile, column.by_value ? "by value" : "one cell a context");
}

std::string table(const Results& results) {
  std::string out = "| selftest |";
  for (const ResultColumn& column : results.columns) out += fmt::format(" {} |", column.engine);
  out += "\n|---|";
  for (std::size_t c = 0; c < results.columns.size(); ++c) out += "---|";
  out += "\n";
  for (std::size_t r = 0; r < results.rows.size(); ++r) {
    out += fmt::format("| {} |", results.rows[r]);
    for (const ResultColumn& column : results.columns)
      out += fmt::format(" {} |", name(column.cells[r].outcome));
    out += "\n";
  }
  return out;
}

std::string differences(const Results& results) {
  std::string out;
  for (const ResultColumn& column : results.columns) {
    std::string list;
    for (std::size_t r = 0; r < results.rows.size(); ++r) {
      const Comparison& cell = column.cells[r];
      if (cell.outcome == Comparison::Outcome::holds) continue;
      list += fmt::format("- {}: {}. {}", results.rows[r], name(cell.outcome), cell.difference);
      if (!cell.explanation.empty()) list += fmt::format(" ({})", cell.explanation);
      list += "\n";
    }
    if (!list.empty()) out += fmt::format("\n## {}\n\n{}.\n\n{}", column.engine, design(column), list);
  }
  return out;
}

std::string refused(const Results& results) {
  std::string out;
  for (const ResultColumn& column : results.columns) {
    if (!column.refusals) continue;
    const Refusals& refusals = *column.refusals;
    if (refusals.faults.empty()) {
      out += fmt::format("- {}: all {}, each with the reason that is expected of that kernel\n", column.engine,
                         refusals.rows);
    }
    for (const std::string& fault : refusals.faults) out += fmt::format("- {}: {}\n", column.engine, fault);
  }
  return out.empty() ? out : "\n## Programs that must be refused\n\n" + out;
}

}  // namespace

bool Results::hold() const {
  return std::ranges::all_of(columns, [](const ResultColumn& column) {
    const bool explained = std::ranges::none_of(
        column.cells, [](const Comparison& cell) { return cell.outcome == Comparison::Outcome::unexplained; });
    return explained && (!column.refusals || column.refusals->faults.empty());
  });
}

std::string results_document(const Results& results) {
  return head + table(results) + differences(results) + refused(results);
}

}  // namespace tailbound::reports
