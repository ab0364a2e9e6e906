#include "tests/bench/fault_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace tailbound::bench {

namespace {

constexpr double never = std::numeric_limits<double>::infinity();

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

Sightings gather(std::span<const planted::Found> found, planted::Sighting planted::Found::* which) {
  std::vector<double> scenarios, seconds;
  Sightings seen;
  for (const planted::Found& one : found) {
    const planted::Sighting& sighting = one.*which;
    seen.seeds += sighting ? 1U : 0U;
    scenarios.push_back(sighting ? static_cast<double>(sighting.scenarios) : never);
    seconds.push_back(sighting ? sighting.seconds : never);
  }
  seen.scenarios = median(std::move(scenarios));
  seen.seconds = median(std::move(seconds));
  seen.in_median = seen.scenarios != never;
  return seen;
}

std::string cell(const Sightings& seen, std::size_t seeds) {
  if (!seen.in_median) return fmt::format("{:>3}/{:<3}{:>8}{:>10}", seen.seeds, seeds, "-", "-");
  return fmt::format("{:>3}/{:<3}{:>8.0f}{:>8.3f} s", seen.seeds, seeds, seen.scenarios, seen.seconds);
}

std::string properties(const FaultRow& row) {
  std::vector<std::pair<std::size_t, std::string>> order;
  for (const auto& [name, count] : row.properties) order.emplace_back(count, name);
  std::ranges::sort(order, std::greater{});
  std::string out;
  for (const auto& [count, name] : order) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", name, count);
  return out;
}

std::string note(const planted::Fault& fault) {
  if (!fault.equivalent.empty()) return "equivalent: " + fault.equivalent;
  return fault.not_shown_by.empty() ? "" : "needs " + fault.not_shown_by;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string json(const Sightings& seen) {
  if (!seen.in_median) {
    return fmt::format(R"({{"seeds":{},"median_scenarios":null,"median_seconds":null}})", seen.seeds);
  }
  return fmt::format(R"({{"seeds":{},"median_scenarios":{},"median_seconds":{:.6f}}})", seen.seeds,
                     seen.scenarios, seen.seconds);
}

std::string json(const FaultRow& row) {
  const planted::Fault& f = *row.fault;
  std::string by;
  for (const auto& [name, count] : row.properties)
    by += fmt::format("{}{}:{}", by.empty() ? "" : ",", quoted(name), count);
  return fmt::format(
      R"({{"name":{},"bug":{},"base":{},"place":{},"summary":{},"equivalent":{},"not_shown_by":{},)"
      R"("reached":{},"triggered":{},"detected":{},"properties":{{{}}}}})",
      quoted(f.name), quoted(f.bug), quoted(f.base), quoted(f.place()), quoted(f.summary), quoted(f.equivalent),
      quoted(f.not_shown_by), json(row.reached), json(row.triggered), json(row.detected), by);
}

constexpr const char* head =
    "reached    the code differs from the sound scheme's in a function that was entered or at a site that was "
    "attempted\n"
    "triggered  what the x86_64 engine shows differs from what it shows under the sound scheme\n"
    "detected   a check says broken, or the process died of it\n"
    "Each: seeds that saw it, median of scenarios, median of the time that generating and judging took; '-' "
    "where fewer\n"
    "than half of the seeds saw it.\n\n";

}  // namespace

FaultRow summarise(const planted::Fault& fault, std::span<const planted::Found> found) {
  FaultRow row{.fault = &fault,
               .seeds = found.size(),
               .reached = gather(found, &planted::Found::reached),
               .triggered = gather(found, &planted::Found::triggered),
               .detected = gather(found, &planted::Found::detected),
               .properties = {}};
  for (const planted::Found& one : found) {
    if (one.detected) ++row.properties[one.property];
  }
  return row;
}

FaultTotals total(std::span<const FaultRow> rows) {
  FaultTotals totals;
  for (const FaultRow& row : rows) {
    if (!row.fault->equivalent.empty()) {
      ++totals.equivalent;
      totals.equivalent_seen += row.detected.seeds != 0 ? 1U : 0U;
      continue;
    }
    ++totals.to_be_seen;
    totals.in_median += row.detected.in_median ? 1U : 0U;
    totals.in_all_seeds += row.detected.seeds == row.seeds ? 1U : 0U;
  }
  return totals;
}

std::string text(std::span<const FaultRow> rows, const FaultTotals& totals, std::size_t seeds, double seconds) {
  std::string out = head;
  out += fmt::format("{:<4}{:<25}{:<25}{:<25}\n", "", "reached", "triggered", "detected");
  for (const FaultRow& row : rows) {
    out += fmt::format("{}{}\n", row.fault->name, row.fault->bug.empty() ? "" : " (" + row.fault->bug + ")");
    out += fmt::format("    {}{}{}  {}\n", cell(row.reached, row.seeds), cell(row.triggered, row.seeds),
                       cell(row.detected, row.seeds), properties(row));
    if (const std::string why = note(*row.fault); !why.empty()) out += fmt::format("    {}\n", why);
  }
  out += fmt::format(
      "\n{} of {} faults that are not equivalent detected within {} s in the median of {} seeds ({:.1f} %), {} "
      "in all "
      "seeds\n{} equivalent, {} of them seen\n",
      totals.in_median, totals.to_be_seen, seconds, seeds,
      totals.to_be_seen == 0
          ? 100.0
          : 100.0 * static_cast<double>(totals.in_median) / static_cast<double>(totals.to_be_seen),
      totals.in_all_seeds, totals.equivalent, totals.equivalent_seen);
  return out;
}

std::string json(std::span<const FaultRow> rows, const FaultTotals& totals, std::size_t seeds, double seconds) {
  std::string list;
  for (const FaultRow& row : rows) list += (list.empty() ? "" : ",") + json(row);
  return fmt::format(
      R"({{"seeds":{},"seconds":{},"to_be_seen":{},"in_median":{},"in_all_seeds":{},"equivalent":{},)"
      R"("equivalent_seen":{},"faults":[{}]}})"
      "\n",
      seeds, seconds, totals.to_be_seen, totals.in_median, totals.in_all_seeds, totals.equivalent,
      totals.equivalent_seen, list);
}

}  // namespace tailbound::bench
