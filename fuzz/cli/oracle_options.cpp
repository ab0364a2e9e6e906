#include "fuzz/cli/oracle_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "fuzz/cli/cli.hpp"

namespace tailbound::fuzz::cli {

namespace {

const OracleCount& count_of(const OracleCounts& counts, const Oracle& oracle) {
  return counts[static_cast<std::size_t>(oracle.id)];
}

/// A line each: how often it could not judge, and why. How often the interpreter was not asked stands in its own line.
std::string reasons(const OracleCount& count) {
  std::string out;
  for (std::size_t i = 1; i < why_nots; ++i) {
    if (count.could_not[i] == 0 || static_cast<WhyNot>(i) == WhyNot::unasked) continue;
    out += fmt::format("  {:<17}{:>10}  could not: {}\n", "", count.could_not[i], text(static_cast<WhyNot>(i)));
  }
  return out;
}

std::string line(const Oracle& oracle, const OracleCount& count, std::uint32_t sample) {
  if (oracle.when == When::sampled && sample == 0)
    return fmt::format("  {:<17}{:>10}  not sampled (--sample 0)\n", oracle.name, 0);
  const bool some = oracle.when == When::sampled && sample > 1;
  const std::string rest = some ? fmt::format("  one scenario in {}", sample) : "";
  return fmt::format("  {:<17}{:>10}{}\n", oracle.name, count.judged, rest) + reasons(count);
}

}  // namespace

void OracleOptions::add(CLI::App& command) {
  command.add_option("--only", only, "oracles that judge, separated by commas (tailbound oracles lists them)");
  command.add_option("--without", without, "oracles that do not");
}

bool OracleOptions::read(OracleSet& set) const {
  const auto read = parse_oracle_set(only, without);
  if (!read) {
    complain(read.error());
    return false;
  }
  set = *read;
  return true;
}

std::string oracle_lines(const OracleCounts& counts, OracleSet set, std::uint32_t sample) {
  std::string out = "  oracle               judged\n";
  std::string off;
  for (const Oracle& each : oracles()) {
    if (set.has(each.id)) out += line(each, count_of(counts, each), sample);
    else off += fmt::format("{}{}", off.empty() ? "" : ", ", each.name);
  }
  return off.empty() ? out : out + fmt::format("  off: {}\n", off);
}

nlohmann::ordered_json oracle_rows(const OracleCounts& counts, OracleSet set) {
  auto rows = nlohmann::ordered_json::array();
  for (const Oracle& each : oracles()) {
    const OracleCount& count = count_of(counts, each);
    auto could_not = nlohmann::ordered_json::object();
    for (std::size_t i = 1; i < why_nots; ++i) {
      if (count.could_not[i] != 0) could_not[text(static_cast<WhyNot>(i))] = count.could_not[i];
    }
    rows.push_back({{"name", each.name},
                    {"when", text(each.when)},
                    {"on", set.has(each.id)},
                    {"judged", count.judged},
                    {"could_not", could_not}});
  }
  return rows;
}

bool any_judged(const OracleCounts& counts) {
  return std::ranges::any_of(counts, [](const OracleCount& count) { return count.judged != 0; });
}

}  // namespace tailbound::fuzz::cli
