#include "fuzz/cli/run_object.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "fuzz/campaign/investigate.hpp"
#include "fuzz/cli/oracle_options.hpp"
#include "fuzz/cli/voices.hpp"
#include "oracles/judge/object_events.hpp"
#include "reports/json/json.hpp"

namespace tailbound::fuzz::cli {

namespace {

using nlohmann::ordered_json;

/// The words of all array maps after the last run, as the first engine that ran shows them.
const Voice* speaker(std::span<const Voice> voices) {
  const auto ran = std::ranges::find_if(voices, [](const Voice& voice) { return !voice.seen->runs.empty(); });
  return ran == voices.end() ? nullptr : &*ran;
}

/// Calls `use(name, cells)` for each variable; `cells` are its values and whether they are signed.
template <class Use>
void each_variable(const bpf::PreparedObject& object, std::span<const std::uint64_t> words, Use&& use) {
  std::size_t at = 0;
  for (const bpf::ArrayMap& variable : object.names.maps) {
    std::vector<std::uint64_t> values;
    const bool is_signed = object.cells[at].is_signed;
    for (std::size_t i = 0; i < variable.cells.size(); ++i) values.push_back(object.cells[at++].read(words));
    use(variable.name, values, is_signed);
  }
}

std::string text(std::uint64_t value, bool is_signed) {
  return is_signed ? fmt::format("{}", static_cast<std::int64_t>(value)) : fmt::format("{}", value);
}

void print_variables(const bpf::PreparedObject& object, const Voice& voice) {
  static constexpr std::size_t most_shown = 16;
  if (object.names.maps.empty()) return;
  fmt::print("variables after the last run ({})\n", voice.name);
  each_variable(object, voice.seen->runs.back().cells,
                [](const std::string& name, const std::vector<std::uint64_t>& values, bool is_signed) {
                  std::string line;
                  for (std::size_t i = 0; i < std::min(values.size(), most_shown); ++i) {
                    line += " " + text(values[i], is_signed);
                  }
                  if (values.size() > most_shown) line += " …";
                  const std::string size = values.size() == 1 ? "" : fmt::format("[{}]", values.size());
                  fmt::print("  {}{} ={}\n", name, size, line);
                });
}

ordered_json variables_json(const bpf::PreparedObject& object, const Voice& voice) {
  ordered_json all = ordered_json::object();
  const auto number = [](std::uint64_t value, bool is_signed) {
    return is_signed ? ordered_json(static_cast<std::int64_t>(value)) : ordered_json(value);
  };
  each_variable(object, voice.seen->runs.back().cells,
                [&](const std::string& name, const std::vector<std::uint64_t>& values, bool is_signed) {
                  ordered_json list = ordered_json::array();
                  for (const std::uint64_t value : values) list.push_back(number(value, is_signed));
                  all[name] = std::move(list);
                });
  return all;
}

ordered_json finding_json(const Judge& judge, const Judgement& judgement) {
  const Verdict& verdict = judgement.verdict;
  return {{"property", name(verdict.property)},
          {"kind", verdict.kind},
          {"engine", judge.engines()[judgement.engine]->identity().text()},
          {"run", verdict.run + 1},
          {"detail", verdict.detail}};
}

}  // namespace

Exit judge_object(bpf::PreparedObject& object, const EngineChoice& choice, OracleSet set,
                  const std::string& path, bool json) {
  auto engines = make_engines(choice);
  if (!engines) {
    complain(engines.error());
    return Exit::bad_input;
  }
  if (auto ready = lower_events(object, *engines->front()); !ready) {
    complain(ready.error());
    return Exit::could_not_run;
  }
  Judge judge(std::move(*engines), set);
  judge.sampled(true);
  const Judgement judgement = judge.judge(object);
  const OracleCounts counts = judge.counts();
  const std::vector<Voice> voices = engine_voices(judge);
  const Voice* const first = speaker(voices);
  ordered_json out = {{"file", path},
                      {"verdict", "holds"},
                      {"engines", runs_json(voices)},
                      {"variables", first != nullptr ? variables_json(object, *first) : ordered_json::object()},
                      {"oracles", oracle_rows(counts, set)}};
  if (!json) {
    print_runs(object.names, voices);
    if (first != nullptr) print_variables(object, *first);
    fmt::print("{}", oracle_lines(counts, set, 1));
  }
  Exit exit = Exit::holds;
  if (judgement.verdict.broken()) {
    exit = Exit::finding;
    out["verdict"] = "finding";
    out["finding"] = finding_json(judge, judgement);
    if (!json) {
      fmt::print("finding  {} {}\n\n  run {} on {}: {}\n", name(judgement.verdict.property),
                 judgement.verdict.kind, judgement.verdict.run + 1,
                 judge.engines()[judgement.engine]->identity().text(), judgement.verdict.detail);
    }
  } else if (const std::string silent = silent_engines(judge); !silent.empty() || !any_judged(counts)) {
    // What did not run did not hold.
    exit = Exit::could_not_run;
    out["verdict"] = "unavailable";
    complain(!silent.empty() ? silent : "none of the oracles could judge: " + set.names());
  } else if (!json) {
    fmt::print("holds\n");
  }
  if (json) fmt::print("{}\n", reports::dump(out));
  return exit;
}

}  // namespace tailbound::fuzz::cli
