#include "reports/finding_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>

#include "jit/bpf/graph.hpp"

namespace tailbound::reports {

namespace {

constexpr std::string_view first_line = "# tailbound finding 1";
constexpr std::array<std::string_view, 4> required = {"verdict", "engines", "scheme", "oracles"};

std::string one_line(std::string value) {
  std::ranges::replace_if(value, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
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

std::expected<FindingRecord, std::string> parse_record(const Head& head) {
  for (const std::string_view key : required) {
    if (head.value(key).empty())
      return std::unexpected(fmt::format("1:1: the head has no line '# {}: …'; it is expected", key));
  }
  const std::string names = head.value("oracles");
  const auto set = parse_oracle_set(names);
  if (!set) return std::unexpected("1:1: " + set.error());
  return FindingRecord{.verdict = head.value("verdict"),
                       .signature = head.value("signature"),
                       .detail = head.value("detail"),
                       .engine = head.value("engine"),
                       .engines = words(head.value("engines")),
                       .scheme = head.value("scheme"),
                       .oracles = *set,
                       .found_by = head.value("found by")};
}

}  // namespace

FindingRecord record_of(const Finding& finding) {
  return {.verdict = verdict_word(finding.verdict),
          .signature = signature(finding),
          .detail = finding.verdict.detail,
          .engine = finding.engine.name,
          .engines = finding.engines,
          .scheme = finding.scheme,
          .oracles = finding.oracles,
          .found_by = {}};
}

std::string print_finding_file(const FindingRecord& record, const bpf::Scenario& scenario) {
  std::string out = fmt::format("{}\n", first_line);
  out += line("verdict", record.verdict);
  out += line("signature", record.signature);
  out += line("detail", record.detail);
  out += line("engine", record.engine);
  out += line("engines", fmt::format("{}", fmt::join(record.engines, ",")));
  out += line("scheme", record.scheme);
  out += line("oracles", record.oracles.names());
  out += line("found by", record.found_by);
  return out + bpf::print_graph(scenario);
}

std::expected<FindingFile, std::string> parse_finding_file(std::string_view text) {
  const std::string_view start = text.substr(0, text.find('\n'));
  if (start != first_line)
    return std::unexpected(
        fmt::format("1:1: not a finding; its first line is expected to be '{}'", first_line));
  const auto record = parse_record(Head(text.substr(std::min(start.size() + 1, text.size()))));
  if (!record) return std::unexpected(record.error());
  auto scenario = bpf::parse_graph(text);
  if (!scenario) return std::unexpected(scenario.error().text());
  return FindingFile{*record, std::move(*scenario)};
}

}  // namespace tailbound::reports
