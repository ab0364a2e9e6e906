#include "reports/json/json.hpp"

#include <nlohmann/json.hpp>

#include "jit/bpf/graph.hpp"

namespace tailbound::reports {

namespace {

using nlohmann::ordered_json;

ordered_json counts(const Observation& seen, std::size_t run) {
  if (run >= seen.runs.size()) return nullptr;
  const RunObservation& r = seen.runs[run];
  return {{"ended", name(r.status)},
          {"tail_calls", r.tail_calls(seen.layout)},
          {"attempts", r.attempts(seen.layout)},
          {"refused", r.fall_throughs(seen.layout)},
          {"entries", r.ledger[bpf::LedgerLayout::total]},
          {"return", r.return_value},
          {"out_of_fuel", r.out_of_fuel()}};
}

}  // namespace

std::string dump(const ordered_json& object) {
  return object.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

std::string finding_json(const Finding& finding, const std::string& file) {
  ordered_json object = {{"signature", signature(finding)},
                         {"property", name(finding.verdict.property)},
                         {"kind", finding.verdict.kind},
                         {"detail", finding.verdict.detail},
                         {"engine", finding.engine.name},
                         {"scheme", finding.scheme},
                         {"run", finding.verdict.run + 1},
                         {"stage", name(finding.stage)},
                         {"guilty", finding.blame},
                         {"file", file},
                         {"expected", counts(finding.expected, finding.verdict.run)},
                         {"observed", counts(finding.observed, finding.verdict.run)},
                         {"replay", "./tailbound " + replay_arguments(finding, file)},
                         {"scenario", bpf::print_graph(finding.scenario)}};
  if (!finding.observed.log.empty()) object["log"] = finding.observed.log;
  if (!finding.sides.empty()) object["sides"] = finding.sides;
  if (finding.parting) object["parting_entry"] = finding.parting->entry + 1;
  return dump(object);
}

}  // namespace tailbound::reports
