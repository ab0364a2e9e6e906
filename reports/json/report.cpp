// A report as JSON and as SARIF.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "oracles/check/oracle.hpp"
#include "reports/json/json.hpp"
#include "reports/report.hpp"

namespace tailbound::reports {

namespace {

using nlohmann::ordered_json;

ordered_json finding_row(const ReportedFinding& finding) {
  ordered_json row = {{"state", name(finding.state)}, {"file", finding.file}, {"sentence", finding.sentence}};
  for (const auto& [key, value] :
       {std::pair{"page", &finding.page}, std::pair{"signature", &finding.signature},
        std::pair{"property", &finding.property}, std::pair{"kind", &finding.kind},
        std::pair{"detail", &finding.detail}, std::pair{"engine", &finding.engine},
        std::pair{"scheme", &finding.scheme}, std::pair{"replay", &finding.replay}}) {
    if (value->empty()) row[key] = nullptr;
    else row[key] = *value;
  }
  return row;
}

/// The sentence of the oracle whose findings are named after the property.
std::string describe(const std::string& property) {
  for (const Oracle& oracle : oracles()) {
    for (const Property each : oracle.properties) {
      if (name(each) == property) return std::string(oracle.summary);
    }
  }
  return property;
}

/// Relative references only: a path is percent-encoded where it is no URI.
std::string uri_of(const std::string& path) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '/' ||
                       c == '.' || c == '-' || c == '_' || c == '~';
    if (plain) out += c;
    else (out += '%') += {hex[byte >> 4], hex[byte & 15]};
  }
  return out;
}

ordered_json sarif_result(const ReportedFinding& finding) {
  return {{"ruleId", finding.property},
          {"level", "error"},
          {"message", {{"text", finding.sentence}}},
          {"locations", ordered_json::array(
                            {{{"physicalLocation", {{"artifactLocation", {{"uri", uri_of(finding.file)}}}}}}})},
          {"partialFingerprints", {{"tailboundSignature/v1", finding.signature}}},
          {"properties", {{"kind", finding.kind}, {"scheme", finding.scheme}, {"replay", finding.replay}}}};
}

}  // namespace

std::string report_json(const Report& report) {
  ordered_json findings = ordered_json::array(), facts = ordered_json::object();
  for (const ReportedFinding& finding : report.findings) findings.push_back(finding_row(finding));
  for (const auto& [term, value] : report.facts) facts[term] = value;
  ordered_json outcomes = ordered_json::array();
  for (const OutcomeTable& table : report.outcomes) {
    ordered_json rows = ordered_json::object();
    for (const auto& [row, count] : table.rows) rows[row] = count;
    outcomes.push_back({{"title", table.title}, {"rows", rows}});
  }
  return dump({{"report", 1},
               {"facts", facts},
               {"scenarios", report.scenarios},
               {"outcomes", outcomes},
               {"findings", findings}}) +
         "\n";
}

std::string report_sarif(const Report& report) {
  ordered_json results = ordered_json::array(), rules = ordered_json::array();
  for (const ReportedFinding& finding : report.findings) {
    if (finding.state != FindingState::same && finding.state != FindingState::other) continue;
    results.push_back(sarif_result(finding));
    const auto known = [&](const ordered_json& rule) { return rule["id"] == finding.property; };
    if (std::ranges::none_of(rules, known))
      rules.push_back({{"id", finding.property}, {"shortDescription", {{"text", describe(finding.property)}}}});
  }
  const ordered_json driver = {{"name", "tailbound"}, {"version", "0.1.0"}, {"rules", rules}};
  return dump({{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
               {"version", "2.1.0"},
               {"runs", ordered_json::array({{{"tool", {{"driver", driver}}}, {"results", results}}})}}) +
         "\n";
}

}  // namespace tailbound::reports
