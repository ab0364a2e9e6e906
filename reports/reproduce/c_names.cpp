#include "reports/reproduce/c_names.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace tailbound::reports {

namespace {

/// Keywords of C, and what the selftest pair itself and libbpf's headers define.
constexpr std::array<std::string_view, 53> words = {
    "auto",   "break",    "case",     "char",     "const",   "continue", "default", "do",         "double",
    "else",   "enum",     "extern",   "float",    "for",     "goto",     "if",      "inline",     "int",
    "long",   "register", "restrict", "return",   "short",   "signed",   "sizeof",  "static",     "struct",
    "switch", "typedef",  "union",    "unsigned", "void",    "volatile", "while",   "asm",        "typeof",
    "ledger", "cells",    "pool",     "ctx",      "skb",     "hidden",   "index",   "key",        "value",
    "main",   "bool",     "true",     "false",    "scratch", "lookups",  "barrier", "barrier_var"};

bool means_something(std::string_view name) {
  return std::ranges::find(words, name) != words.end() || name.starts_with("bpf_") || name.starts_with("_");
}

}  // namespace

std::string CNames::fresh(const std::string& wanted, const std::string& otherwise) {
  std::string name = means_something(wanted) || taken_.contains(wanted) ? otherwise : wanted;
  while (means_something(name) || taken_.contains(name)) name += '_';
  taken_.insert(name);
  return name;
}

CNames::CNames(const bpf::Scenario& scenario) {
  for (const bpf::Program& program : scenario.programs) {
    for (const bpf::Function& function : program.functions)
      functions.push_back(fresh(function.name, program.name() + "_" + function.name));
  }
  for (const bpf::ArrayMap& map : scenario.maps) maps.push_back(fresh(map.name, "map_" + map.name));
  for (const bpf::ProgArray& array : scenario.arrays)
    arrays.push_back(fresh(array.name, "array_" + array.name));
}

}  // namespace tailbound::reports
