#include "oracles/check/oracle_set.hpp"

#include <fmt/format.h>

namespace tailbound {

namespace {

/// Adds the oracles that a list names. Error: the word that is wrong.
std::expected<OracleSet, std::string> named(std::string_view list) {
  OracleSet set = OracleSet::none();
  while (!list.empty()) {
    const std::size_t end = list.find(',');
    const std::string_view word = list.substr(0, end);
    const Oracle* const found = find_oracle(word);
    if (found == nullptr)
      return std::unexpected(fmt::format("unknown oracle '{}'; expected {}", word, oracle_names()));
    if (set.has(found->id)) return std::unexpected(fmt::format("oracle '{}' is named twice", word));
    set.add(found->id);
    if (end != std::string_view::npos && end + 1 == list.size())
      return std::unexpected(fmt::format("an oracle's name is missing behind '{},'", word));
    list = end == std::string_view::npos ? std::string_view{} : list.substr(end + 1);
  }
  return set;
}

}  // namespace

void OracleSet::remove(When when) {
  for (const Oracle& each : oracles()) {
    if (each.when == when) remove(each.id);
  }
}

std::string OracleSet::names() const {
  std::string text;
  for (const Oracle& each : oracles()) {
    if (!has(each.id)) continue;
    if (!text.empty()) text += ',';
    text += each.name;
  }
  return text;
}

std::expected<OracleSet, std::string> parse_oracle_set(std::optional<std::string_view> only,
                                                       std::string_view without) {
  auto set = only ? named(*only) : OracleSet::all();
  const auto dropped = named(without);
  if (!set) return set;
  if (!dropped) return dropped;
  for (const Oracle& each : oracles()) {
    if (dropped->has(each.id)) set->remove(each.id);
  }
  if (set->empty()) return std::unexpected(fmt::format("no oracle is left; expected {}", oracle_names()));
  return set;
}

std::string oracle_names() {
  std::string text;
  for (std::size_t i = 0; i < oracle_count; ++i) {
    if (i != 0) text += i + 1 == oracle_count ? " or " : ", ";
    text += oracles()[i].name;
  }
  return text;
}

}  // namespace tailbound
