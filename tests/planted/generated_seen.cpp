#include "tests/planted/generated_seen.hpp"

#include <algorithm>
#include <span>

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

/// The same of arm64.
constexpr Rule arm64_rules[] = {
    {"", "prologue tail-call pad twice", "a bti where none is needed does nothing"},
    {"pointer-fixed-frame", "prologue fentry pad twice", "a tail call lands a word early, where x25 gets what it has"},
    {"", "prologue frame pointer twice", "the same value is moved again, also where a tail call lands on the second"},
    {"", "prologue frame bottom twice", "the same value is made again"},
    {"", "prologue frame bottom behind stack", "they share no register that changes"},
    {"", "indirect load max_entries twice", "the same value is loaded again"},
    {"", "indirect load max_entries behind zero-extend index", "they share no register"},
    {"", "indirect zero-extend index twice", "the high half is 0 already"},
    {"", "indirect zero-extend index behind check index", "the check reads the low half"},
    {"", "indirect check index twice", "nothing changes the index between the checks"},
    {"", "indirect check count twice", "nothing changes the count between the checks"},
    {"", "indirect next count behind address of the slots", "they share no register"},
    {"", "indirect address of the slots twice", "the same value is made again"},
    {"", "indirect address of the slots behind scale index", "they share no register"},
    {"", "indirect scale index twice", "the same value is made again"},
    {"", "indirect check null twice", "nothing changes the target between the checks"},
    {"", "indirect charge twice", "the same value is stored again"},
    {"", "indirect charge behind free stack", "the count's address is in x26"},
    {"", "indirect charge behind load entry", "they share no register"},
    {"", "indirect load entry behind free stack", "they share no register"},
    {"", "indirect load entry twice", "the same value is loaded again"},
    {"", "indirect restore registers behind load entry", "they share no register"},
    {"", "indirect jump twice", "nobody comes to the second one"},
    {"", "epilogue drop frame record behind result", "they share no register"},
    {"", "epilogue result twice", "the same value is moved again"},
    {"", "epilogue result behind authenticate return", "they share no register"},
    {"", "epilogue return twice", "nobody comes to the second one"},
    {"", "epilogue without trampoline stub", "nobody comes to it: no trampoline is attached"},
    {"", "epilogue trampoline stub twice", "nobody comes to either: no trampoline is attached"},
};

std::span<const Rule> rules_of(const Fault& fault) {
  if (fault.arch() == "arm64") return arm64_rules;
  return rules;
}

}  // namespace

void fill_what_is_seen(Fault& fault) {
  const auto applies = [&](const Rule& rule) {
    const std::string_view name = fault.name;
    return fault.base.starts_with(rule.schemes) && name.substr(name.find(": ") + 2) == rule.fault;
  };
  const auto own = rules_of(fault);
  const auto rule = std::ranges::find_if(own, applies);
  if (rule != own.end()) fault.equivalent = rule->why;
}

}  // namespace tailbound::planted
