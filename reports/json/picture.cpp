#include <nlohmann/json.hpp>

#include "reports/json/json.hpp"

namespace tailbound::reports {

namespace {

using nlohmann::ordered_json;

ordered_json function_json(const Picture& picture, const Picture::Function& function) {
  ordered_json calls = ordered_json::array();
  for (const Picture::Call& call : function.calls)
    calls.push_back({{"function", call.callee}, {"times", call.times}});
  return {{"name", function.name},       {"program", picture.functions[picture.mains[function.program]].name},
          {"main", function.main},       {"entries", function.entries},
          {"bpf_stack", function.stack}, {"bytes", function.bytes},
          {"count", function.count},     {"calls", calls}};
}

ordered_json way_json(const Picture::Way& way) {
  ordered_json object = {
      {"site", way.site},         {"function", way.function}, {"slot", way.slot},
      {"direct", way.direct},     {"target", nullptr},        {"taken", way.taken},
      {"at_limit", way.at_limit}, {"empty", way.empty},       {"out_of_range", way.out_of_range}};
  if (way.target) object["target"] = *way.target;
  return object;
}

}  // namespace

std::string picture_json(const Picture& picture, const std::string& file) {
  ordered_json functions = ordered_json::array(), ways = ordered_json::array(), live = ordered_json::array();
  for (const Picture::Function& function : picture.functions)
    functions.push_back(function_json(picture, function));
  for (const Picture::Way& way : picture.ways) ways.push_back(way_json(way));
  for (const Picture::Live& each : picture.live) {
    live.push_back({{"function", each.function}, {"below", each.below}, {"bytes", each.bytes}});
  }
  return dump({{"file", file},
               {"scheme", picture.scheme},
               {"runs", picture.runs},
               {"functions", functions},
               {"tail_calls", ways},
               {"live", live}});
}

}  // namespace tailbound::reports
