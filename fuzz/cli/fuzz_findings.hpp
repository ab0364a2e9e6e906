// What `tailbound fuzz` does with what a campaign found: judge again, reduce, write, print; once a signature.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "fuzz/campaign/campaign.hpp"
#include "fuzz/campaign/reduction.hpp"
#include "reports/known.hpp"

namespace tailbound::fuzz::cli {

class Findings {
 public:
  /// `folder`: where they are written. `quiet`: only for JSON, nothing is printed.
  Findings(const CampaignOptions& campaign, std::string folder, const reports::KnownFindings& known, bool quiet)
      : campaign_(campaign), folder_(std::move(folder)), known_(known), quiet_(quiet) {}

  /// In processes of their own, since the scenario may kill the one that runs it.
  void add(const Found& found);

  const nlohmann::ordered_json& list() const { return list_; }
  std::size_t repeats() const { return repeats_; }  // of a signature that is there already
  std::size_t known() const { return known_count_; }  // of the list, that are on the list of known ones
  bool lost() const { return lost_; }               // one could not be written
  bool vanished() const { return vanished_; }       // one did not happen again

 private:
  Reduction reduce(const Found& found) const;
  reports::Stage stage_of(std::string_view signature, const Reduction& reduced) const;
  std::vector<std::string> blame(const Reduction& reduced);
  int look_into(const Found& found, const Reduction& reduced, const std::vector<std::string>& blame,
                std::string& message) const;
  void add_death(const Found& found, const Reduction& reduced);
  bool keep(const std::string& file, const std::string& content, std::string& place) const;
  void take(nlohmann::ordered_json row);

  const CampaignOptions& campaign_;
  std::string folder_;
  const reports::KnownFindings& known_;
  bool quiet_;
  nlohmann::ordered_json list_ = nlohmann::ordered_json::array();
  std::vector<std::string> signatures_;
  std::vector<std::string> blamed_;  // verdicts and shapes
  std::size_t repeats_ = 0;
  std::size_t known_count_ = 0;
  bool lost_ = false;
  bool vanished_ = false;
};

}  // namespace tailbound::fuzz::cli
