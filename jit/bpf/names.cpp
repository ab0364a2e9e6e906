// Names and the keywords that none may be.
#include "jit/bpf/names.hpp"

#include <algorithm>
#include <array>

#include "jit/bpf/limits.hpp"

namespace tailbound::bpf {

namespace {

constexpr auto keywords = [] {
  auto words = std::to_array<std::string_view>({
      "array",    "map",        "program", "subprog", "call",        "tail_call", "helper", "store",   "if",
      "else",     "return",     "stack",   "keep",    "asm",         "run",       "expect", "set",     "delete",
      "at",       "of",         "attach",  "detach",  "to",          "from",      "data",   "entries", "random",
      "lookup",   "update",     "time",    "fuel",    "seed",        "limits",    "type",   "fentry",  "fexit",
      "freplace", "tail_calls", "refused", "cell",    "out_of_fuel", "yes",       "no",
  });
  std::ranges::sort(words);
  return words;
}();

constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool is_keyword(std::string_view word) { return std::ranges::binary_search(keywords, word); }

bool is_name(std::string_view name) {
  if (name.empty() || name.size() > cap::name_length || !is_letter(name.front())) return false;
  return std::ranges::all_of(name, [](char c) { return is_letter(c) || is_digit(c); }) && !is_keyword(name);
}

std::string name_of(const Scenario& scenario, FunctionRef function) {
  const Program& program = scenario.programs[function.program];
  if (function.is_main()) return program.name();
  return program.name() + "." + program.functions[function.function].name;
}

}  // namespace tailbound::bpf
