#include "fuzz/cli/fuzz_summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fuzz/campaign/emulated_turns.hpp"
#include "fuzz/cli/oracle_options.hpp"

namespace tailbound::fuzz::cli {

namespace {

using nlohmann::ordered_json;

/// One goes behind its engine, more stand below it.
std::string reason_lines(const std::vector<Reason>& reasons) {
  if (reasons.size() == 1) return fmt::format(": {}\n", reasons.front().text);
  std::string out = "\n";
  for (const Reason& reason : reasons) out += fmt::format("  {:<12}   {:>8}  {}\n", "", reason.times, reason.text);
  return out;
}

/// Scenarios that the engine was not asked about, and why.
std::string spared(const CampaignEnd& end, std::size_t e, bool emulated, const CampaignOptions& campaign) {
  const Totals& t = end.totals;
  if (!emulated) return fmt::format(", spared {} (--cross-check {})", t.spared[e], campaign.cross_check);
  if (campaign.emulated_every != 0) {
    return fmt::format(", spared {} (--emulated-every {})", t.spared[e], campaign.emulated_every);
  }
  return fmt::format(" ({}, {:.0f}/s), spared {} (it gets {} % of the time)", sampled(t, e),
                     static_cast<double>(t.ran[e]) / std::max(end.seconds, 1e-9), t.spared[e], EmulatedTurns::share);
}

std::string engine_lines(const CampaignEnd& end, const CampaignOptions& campaign) {
  const Totals& t = end.totals;
  const auto engines = make_engines(campaign.engines);
  std::string out;
  for (std::size_t e = 0; e < campaign.engines.engines.size(); ++e) {
    out += fmt::format("  {:<12} ran {}", campaign.engines.engines[e], t.ran[e]);
    if (t.spared[e] != 0) out += spared(end, e, (*engines)[e]->identity().emulated, campaign);
    if (t.unavailable[e] != 0) out += fmt::format(", unavailable for {}", t.unavailable[e]);
    out += reason_lines(t.reasons[e]);
  }
  out += oracle_lines(t.oracles, campaign.oracles, campaign.sample);
  if (campaign.sample == 0) return out + "  encoding     not read back (--sample 0)\n";
  return out + fmt::format("  encoding     {} images read back, those of one scenario in {}\n", t.encoding_checked,
                           campaign.sample);
}

std::string driver_line(const Totals& t, const CampaignOptions& campaign) {
  if (campaign.driver == Driver::seed) return fmt::format("  driver       seed {}\n", campaign.seed);
  std::string out = fmt::format("  driver       libFuzzer, seed {}: {} features, {} scenarios kept for them",
                                campaign.seed, t.features, t.kept);
  if (!campaign.corpus.empty()) out += fmt::format(" ({} given)", campaign.corpus.size());
  return out + '\n';
}

ordered_json histogram_json(const Histogram& histogram) {
  ordered_json all = ordered_json::object();
  constexpr std::array<const char*, tables> keys = {"tail_calls", "outcome", "machine_stack"};
  for (std::size_t t = 0; t < tables; ++t) {
    const auto names = rows(static_cast<Table>(t));
    for (std::size_t row = 0; row < names.size(); ++row) all[keys[t]][names[row]] = histogram[t][row];
  }
  return all;
}

/// Why each engine cannot run here at all; null where it can.
ordered_json engine_states(const CampaignEnd& end, const CampaignOptions& campaign) {
  ordered_json list = ordered_json::array();
  const auto engines = make_engines(campaign.engines);
  for (std::size_t e = 0; e < campaign.engines.engines.size(); ++e) {
    ordered_json row = {{"name", campaign.engines.engines[e]},
                        {"scheme", (*engines)[e]->identity().scheme},
                        {"profile", (*engines)[e]->identity().profile->name},
                        {"emulated", (*engines)[e]->identity().emulated},
                        {"scenarios", end.totals.ran[e]},
                        {"spared", end.totals.spared[e]},
                        {"unavailable", end.totals.unavailable[e]},
                        {"reason", nullptr},
                        {"reasons", ordered_json::object()}};
    for (const Reason& reason : end.totals.reasons[e]) row["reasons"][reason.text] = reason.times;
    if (const auto why = (*engines)[e]->unavailable()) row["reason"] = *why;
    list.push_back(std::move(row));
  }
  return list;
}

}  // namespace

std::string summary(const CampaignEnd& end, const CampaignOptions& campaign, std::size_t columns, Colours colours) {
  const Totals& t = end.totals;
  std::string out;
  if (end.interrupted) {
    const std::string of = std::isfinite(campaign.seconds) ? fmt::format(" of {}", campaign.seconds) : "";
    out = fmt::format("interrupted after {:.1f}{} s\n", end.seconds, of);
  }
  const double rate = static_cast<double>(t.scenarios) / std::max(end.seconds, 1e-9);
  out += colours.strong(fmt::format("{} scenarios judged in {:.1f} s ({:.0f}/s)", t.scenarios, end.seconds, rate));
  out += fmt::format(", {} tail calls\n", t.tail_calls);
  out += fmt::format("  refused      {} at the limit, {} empty slot, {} out of range\n", t.at_limit, t.empty,
                     t.out_of_range);
  out += fmt::format("  out of fuel  {} runs\n", t.out_of_fuel);
  out += engine_lines(end, campaign) + driver_line(t, campaign);
  const std::string histogram = draw(t.histogram, t.scenarios, columns);
  return histogram.empty() ? out : out + "\n" + histogram;
}

ordered_json summary_json(const CampaignEnd& end, const CampaignOptions& campaign) {
  const Totals& t = end.totals;
  return {{"scenarios", t.scenarios},
          {"tail_calls", t.tail_calls},
          {"refused", {{"limit", t.at_limit}, {"empty", t.empty}, {"out_of_range", t.out_of_range}}},
          {"out_of_fuel", t.out_of_fuel},
          {"encoding_checked", t.encoding_checked},
          {"encoding_sample", campaign.sample},
          {"cross_check", campaign.cross_check},
          {"emulated_every", campaign.emulated_every == 0 ? ordered_json() : ordered_json(campaign.emulated_every)},
          {"histogram", histogram_json(t.histogram)},
          {"driver", campaign.driver == Driver::seed ? "seed" : "libfuzzer"},
          {"corpus", {{"given", campaign.corpus.size()}, {"kept", t.kept}, {"features", t.features}}},
          {"broken", t.broken},
          {"seconds", std::round(end.seconds * 1000) / 1000},
          {"seed", campaign.seed},
          {"interrupted", end.interrupted},
          {"engines", engine_states(end, campaign)},
          {"oracles", oracle_rows(t.oracles, campaign.oracles)}};
}

}  // namespace tailbound::fuzz::cli
