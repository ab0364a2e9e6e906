#include "tests/planted/generated_seen.hpp"

#include <algorithm>
#include <iterator>

namespace tailbound::planted {

namespace {

struct Rule {
  std::string_view schemes;  // that names begin with; empty: all
  std::string_view fault;    // what the name says behind the scheme
  std::string_view why;
};

/// Changes that keep the behaviour of every program.
constexpr Rule rules[] = {
    {"", "prologue the second landing pad twice", "an endbr64 where none is needed does nothing"},
    {"pointer", "prologue seed count twice", "the landing is on mov rbp, rsp then, where rsp is rbp"},
    {"", "prologue seed count behind frame pointer", "they share no register, and the landing is behind both"},
    {"", "call site reload pointer twice", "the same value is loaded again"},
    {"", "call site reload count twice", "the same value is loaded again"},
    {"", "after call store returned count twice", "the same value is stored again"},
    {"", "helper site without reload pointer", "helpers do not read rax, and what follows reloads it"},
    {"", "helper site reload pointer twice", "the same value is loaded again"},
    {"", "direct check count twice", "nothing changes the count between the checks"},
    {"pointer", "direct check count behind bypass",
     "an empty slot and the limit both refuse, and cost nothing"},
    {"", "direct bypass twice", "the first one is not recorded: it stays a jump to the next instruction"},
    {"", "direct target twice", "the first one is not recorded: it stays a nop"},
    {"pointer", "direct charge behind restore registers", "the pops leave rax, the address of the count"},
    {"", "indirect zero-extend index twice", "the high half is 0 already"},
    {"", "indirect zero-extend index behind check index", "the check reads the low half"},
    {"", "indirect check index twice", "nothing changes the index between the checks"},
    {"", "indirect check index behind check count", "both refuse, and cost nothing"},
    {"", "indirect check count twice", "nothing changes the count between the checks"},
    {"pointer", "indirect check count behind load target", "the index is checked, and the check leaves rcx"},
    {"", "indirect charge behind load target", "the index is checked, and the charge leaves rcx"},
    {"", "indirect load target twice", "the same value is loaded again"},
    {"", "indirect check null twice", "nothing changes the target between the checks"},
    {"pointer", "indirect charge behind restore registers", "the pops leave rax, the address of the count"},
    {"", "indirect free stack behind load entry", "they share no register"},
    {"", "indirect jump twice", "nobody comes to the second one"},
    {"", "epilogue hand count back twice", "the same value is loaded again"},
    {"", "epilogue hand count back behind restore registers",
     "the count is read by rbp, which is not restored yet"},
    {"", "epilogue return twice", "nobody comes to the second one"},
};

}  // namespace

void fill_what_is_seen(Fault& fault) {
  const auto applies = [&](const Rule& rule) {
    const std::string_view name = fault.name;
    return fault.base.starts_with(rule.schemes) && name.substr(fault.base.size() + 2) == rule.fault;
  };
  const auto rule = std::ranges::find_if(rules, applies);
  if (rule != std::end(rules)) fault.equivalent = rule->why;
}

}  // namespace tailbound::planted
