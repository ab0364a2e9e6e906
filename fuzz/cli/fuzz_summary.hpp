// How a campaign ended, for people and for scripts.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>

#include "fuzz/campaign/campaign.hpp"
#include "fuzz/campaign/live.hpp"

namespace tailbound::fuzz::cli {

/// Some lines of text, at most `columns` long where they hold a histogram.
std::string summary(const CampaignEnd& end, const CampaignOptions& campaign, std::size_t columns, Colours colours);

/// The object of docs/json.md without its findings.
nlohmann::ordered_json summary_json(const CampaignEnd& end, const CampaignOptions& campaign);

}  // namespace tailbound::fuzz::cli
