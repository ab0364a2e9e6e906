#include "reports/finding.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>


namespace tailbound::reports {

namespace {

/// As a shell reads it back.
std::string shell_word(const std::string& word) {
  const bool plain = !word.empty() && word.find_first_not_of(
                                          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                          "0123456789_./-+:,@%=") == std::string::npos;
  if (plain) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace

std::string signature(const Finding& finding) {
  return signature(finding.verdict, finding.scenario, finding.expected, finding.observed);
}

std::string replay_arguments(const Finding& finding, const std::string& file) {
  if (finding.recorded) return fmt::format("replay {}", shell_word(file));
  std::string out = fmt::format("run {} --engine {} --scheme {}", shell_word(file),
                                fmt::join(finding.engines, ","), finding.scheme);
  if (finding.oracles != OracleSet::all()) out += " --only " + finding.oracles.names();
  return out;
}

std::size_t count_statements(const bpf::Scenario& scenario) {
  std::size_t count = 0;
  for (const bpf::Program& program : scenario.programs) {
    for (const bpf::Function& function : program.functions) {
      bpf::visit(function.body, [&](const bpf::Statement&) { ++count; }, [](const bpf::Expr&) {});
    }
  }
  return count;
}

}  // namespace tailbound::reports
