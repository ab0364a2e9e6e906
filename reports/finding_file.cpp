#include "reports/finding_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "jit/bpf/graph.hpp"

namespace tailbound::reports {

namespace {

constexpr std::string_view first_words = "# tailbound finding ";
constexpr int oldest_version = 1;
constexpr int newest_version = 2;
constexpr std::array<std::string_view, 4> required = {"verdict", "engines", "scheme", "oracles"};

std::string one_line(std::string value) {
  std::ranges::replace_if(
      value, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return value;
}

std::string line(std::string_view key, std::string value) {
  return value.empty() ? std::string() : fmt::format("# {}: {}\n", key, one_line(std::move(value)));
}

std::vector<std::string> words(std::string_view list) {
  std::vector<std::string> out;
  for (std::size_t end = 0; end != std::string_view::npos; list = list.substr(end + 1)) {
    end = list.find(',');
    out.emplace_back(list.substr(0, end));
    if (end == std::string_view::npos) break;
  }
  return out;
}

std::string blame_key(std::size_t i) { return i == 0 ? "guilty" : fmt::format("guilty {}", i + 1); }

/// The comment lines at the head as keys and values; others are left alone.
class Head {
 public:
  explicit Head(std::string_view text) {
    while (text.starts_with("# ")) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      keep(text.substr(2, end - 2));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }
  std::string value(std::string_view key) const {
    const auto at = values_.find(key);
    return at == values_.end() ? std::string() : at->second;
  }

 private:
  void keep(std::string_view comment) {
    const std::size_t colon = comment.find(": ");
    if (colon == std::string_view::npos) return;
    values_.emplace(comment.substr(0, colon), comment.substr(colon + 2));
  }
  std::map<std::string, std::string, std::less<>> values_;
};

std::vector<std::string> blame_of(const Head& head) {
  std::vector<std::string> blame;
  for (std::string value = head.value(blame_key(0)); !value.empty();
       value = head.value(blame_key(blame.size()))) {
    blame.push_back(std::move(value));
  }
  return blame;
}

/// Of the first line. Error: what it was expected to be.
std::expected<int, std::string> version_of(std::string_view first_line) {
  int version = 0;
  if (first_line.starts_with(first_words)) {
    const std::string_view number = first_line.substr(first_words.size());
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), version);
    if (error != std::errc{} || end != number.data() + number.size()) version = 0;
  }
  if (version == 0) {
    return std::unexpected(fmt::format("1:1: not a finding; its first line is expected to be '{}{}'",
                                       first_words, newest_version));
  }
  if (version < oldest_version || version > newest_version) {
    return std::unexpected(fmt::format("1:1: a finding of version {}; expected {} or {}", version,
                                       oldest_version, newest_version));
  }
  return version;
}

std::expected<FindingRecord, std::string> parse_record(const Head& head, int version) {
  for (const std::string_view key : required) {
    if (head.value(key).empty())
      return std::unexpected(fmt::format("1:1: the head has no line '# {}: …'; it is expected", key));
  }
  const std::string names = head.value("oracles");
  const auto set = parse_oracle_set(names);
  if (!set) return std::unexpected("1:1: " + set.error());
  const std::string stage_name = head.value("stage");
  const auto stage = find_stage(stage_name);
  if (!stage && !stage_name.empty()) {
    return std::unexpected(
        fmt::format("1:1: unknown stage '{}'; expected new, reduced, known, fixed or regression", stage_name));
  }
  return FindingRecord{.verdict = head.value("verdict"),
                       .signature = head.value("signature"),
                       .detail = head.value("detail"),
                       .engine = head.value("engine"),
                       .engines = words(head.value("engines")),
                       .scheme = head.value("scheme"),
                       .oracles = *set,
                       .found_by = head.value("found by"),
                       .stage = stage.value_or(Stage::fresh),
                       .blame = blame_of(head),
                       .version = version};
}

}  // namespace

bool FindingFile::edited() const {
  return record.version == newest_version && !record.signature.empty() &&
         !has_shape(record.signature, record.verdict, scenario);
}

FindingRecord record_of(const Finding& finding) {
  return {.verdict = verdict_word(finding.verdict),
          .signature = signature(finding),
          .detail = finding.verdict.detail,
          .engine = finding.engine.name,
          .engines = finding.engines,
          .scheme = finding.scheme,
          .oracles = finding.oracles,
          .found_by = {},
          .stage = finding.stage,
          .blame = finding.blame};
}

std::string print_finding_file(const FindingRecord& record, const bpf::Scenario& scenario) {
  std::string out = fmt::format("{}{}\n", first_words, newest_version);
  out += line("verdict", record.verdict);
  out += line("signature", record.signature);
  out += line("detail", record.detail);
  out += line("engine", record.engine);
  out += line("engines", fmt::format("{}", fmt::join(record.engines, ",")));
  out += line("scheme", record.scheme);
  out += line("oracles", record.oracles.names());
  out += line("found by", record.found_by);
  out += line("stage", std::string(name(record.stage)));
  for (std::size_t i = 0; i < record.blame.size(); ++i) out += line(blame_key(i), record.blame[i]);
  return out + bpf::print_graph(scenario);
}

std::expected<FindingFile, std::string> parse_finding_file(std::string_view text) {
  const std::string_view start = text.substr(0, text.find('\n'));
  const auto version = version_of(start);
  if (!version) return std::unexpected(version.error());
  const auto record = parse_record(Head(text.substr(std::min(start.size() + 1, text.size()))), *version);
  if (!record) return std::unexpected(record.error());
  auto scenario = bpf::parse_graph(text);
  if (!scenario) return std::unexpected(scenario.error().text());
  // Cut off before its run, a finding would look like one that is fixed.
  const auto is_run = [](const bpf::Event& event) { return std::holds_alternative<bpf::Run>(event); };
  if (std::ranges::none_of(scenario->events, is_run))
    return std::unexpected("1:1: the scenario has no 'run' line; a finding has one");
  return FindingFile{*record, std::move(*scenario)};
}

}  // namespace tailbound::reports
