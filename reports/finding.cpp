#include "reports/finding.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "jit/bpf/canonical.hpp"
#include "jit/bpf/graph.hpp"

namespace tailbound::reports {

namespace {

/// FNV-1a, 32 bits: tells shapes apart in a file name, no more.
std::uint32_t short_hash(std::string_view text) {
  std::uint32_t hash = 2166136261U;
  for (const char c : text) hash = (hash ^ static_cast<std::uint8_t>(c)) * 16777619U;
  return hash;
}

std::string file_word(std::string_view words) {
  std::string word;
  for (const char c : words) word += c == ' ' ? '-' : c;
  return word;
}

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

std::string verdict_word(const Verdict& verdict) {
  return fmt::format("{}-{}", name(verdict.property), file_word(verdict.kind));
}

std::string signature(const Verdict& verdict, const bpf::Scenario& scenario) {
  bpf::Scenario shape = bpf::canonical_form(scenario);
  for (bpf::Event& event : shape.events) {
    if (auto* run = std::get_if<bpf::Run>(&event)) run->expectations.clear();
  }
  return fmt::format("{}-{:08x}", verdict_word(verdict), short_hash(bpf::print_graph(shape)));
}

std::string signature(const Finding& finding) { return signature(finding.verdict, finding.scenario); }

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
