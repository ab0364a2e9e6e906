// Header lines, maps and prog_arrays of the .graph text form.
#include <algorithm>
#include <limits>
#include <utility>

#include "jit/bpf/graph_parser.hpp"
#include "jit/bpf/graph_words.hpp"

namespace tailbound::bpf::graph {
namespace {

std::string limits_names() {
  std::string names;
  for (const Limits& each : all_limits()) names += (names.empty() ? "" : ", ") + std::string(each.name);
  return names;
}

}  // namespace

void Parser::once(std::string_view keyword, bool& seen) {
  if (seen) in_.fail_here("at most one '" + std::string(keyword) + "' line");
  seen = true;
}

void Parser::type_line() {
  once("type", seen_type_);
  in_.advance();
  const Word<ProgType>* const found = find_word(type_words, in_.token().text);
  if (found == nullptr) return in_.fail_here("socket_filter, tc or xdp");
  scenario_.type = found->value;
  in_.advance();
  in_.want_end();
}

void Parser::limits_line() {
  once("limits", seen_limits_);
  in_.advance_dashed();
  if (find_limits(in_.token().text) == nullptr) return in_.fail_here("one of " + limits_names());
  scenario_.limits = in_.advance().text;
  in_.want_end();
}

void Parser::fuel_line() {
  once("fuel", seen_fuel_);
  in_.advance();
  scenario_.fuel = in_.want_number(0, cap::fuel);
  in_.want_end();
}

void Parser::seed_line() {
  once("seed", seen_seed_);
  in_.advance();
  scenario_.seed = static_cast<std::uint32_t>(in_.want_number(0, std::numeric_limits<std::uint32_t>::max()));
  in_.want_end();
}

template <class Item>
void Parser::table(std::uint32_t size, Item item) {
  std::vector<bool> seen(size);
  in_.want("{");
  in_.skip_newlines();
  if (in_.take("}")) return;
  do {
    in_.skip_newlines();
    const Token at = in_.token();
    const auto index = static_cast<std::uint32_t>(in_.want_number(0, size - 1));
    if (seen[index]) in_.fail(at.place, "found " + describe(at) + " again; expected each index once");
    seen[index] = true;
    in_.want(":");
    item(index);
    in_.skip_newlines();
  } while (in_.take(","));
  in_.want("}");
}

Token Parser::declare_map(NameTable& table, std::size_t most, std::string_view kind) {
  const Token name = declare(table, 0, most, kind);
  if (names_.maps.contains(name.text) && names_.arrays.contains(name.text)) {
    in_.fail(name.place,
             "found a map and an array of the name " + describe(name) + "; expected a name for each");
  }
  return name;
}

void Parser::map() {
  in_.advance();
  const Token name = declare_map(names_.maps, cap::maps, "map");
  in_.want("[");
  const auto size = static_cast<std::uint32_t>(in_.want_number(1, cap::cells));
  in_.want("]");
  if (in_.error()) return;
  names_.cells.push_back(size);
  std::vector<std::uint64_t> cells(size);
  if (in_.at("{")) {
    table(size, [&](std::uint32_t index) { cells[index] = in_.want_value(); });
  } else {
    in_.want_end();
  }
  scenario_.maps.push_back({.name = std::string(name.text), .cells = std::move(cells)});
}

void Parser::array() {
  in_.advance();
  const Token name = declare_map(names_.arrays, cap::arrays, "array");
  in_.want("[");
  const auto size = static_cast<std::uint32_t>(in_.want_number(1, cap::array_size));
  in_.want("]");
  if (in_.error()) return;
  names_.slots.push_back(size);
  std::vector<Slot> slots;
  if (in_.at("{")) {
    table(size, [&](std::uint32_t index) { slots.push_back({index, program_name()}); });
  } else {
    in_.want_end();
  }
  std::ranges::sort(slots);
  scenario_.arrays.push_back({.name = std::string(name.text), .size = size, .slots = std::move(slots)});
}

}  // namespace tailbound::bpf::graph
