// The passes one by one: a row is a scenario and what one of the pass's steps makes of it.
#include "gen/reduce/pass.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

#include "gen/rapidcheck.hpp"
#include "gen/reduce/size.hpp"
#include "jit/bpf/canonical.hpp"
#include "jit/bpf/graph.hpp"
#include "jit/bpf/limits.hpp"

namespace tailbound::test {

namespace {

struct Row {
  const char* pass;
  const char* from;
  const char* to;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.pass; }

const gen::Pass& pass_of(std::string_view name) {
  const auto all = gen::passes();
  const auto found = std::ranges::find(all, name, &gen::Pass::name);
  EXPECT_NE(found, all.end()) << name;
  return *found;
}

bpf::Scenario parsed(const char* text) {
  auto scenario = bpf::parse_graph(text);
  EXPECT_TRUE(scenario.has_value()) << scenario.error().text() << "\n" << text;
  bpf::Scenario result = scenario ? std::move(*scenario) : bpf::Scenario{};
  bpf::name_canonically(result);
  return result;
}

class Passes : public testing::TestWithParam<Row> {};

TEST_P(Passes, OneOfTheStepsIsThis) {
  const Row& row = GetParam();
  const bpf::Scenario from = parsed(row.from), to = parsed(row.to);
  EXPECT_TRUE(gen::is_smaller(to, from)) << "the step is one down";
  std::string others;
  bool end = false;
  for (std::size_t n = 0; !end; ++n) {
    const auto step = gen::take_step(pass_of(row.pass), from, n, end);
    if (step == to) return;
    if (step) others += bpf::print_graph(*step);
  }
  ADD_FAILURE() << "its steps lead to\n" << others;
}

constexpr Row rows[] = {
    {"drop-programs", "array a[1] { 0: q }\nprogram p { tail_call a[0] }\nprogram q { return 1 }\nrun p\n",
     "array a[1]\nprogram p { tail_call a[0] }\nrun p\n"},
    {"merge-programs",
     "array a[2] { 0: p, 1: q }\nprogram p { tail_call a[1] }\nprogram q { tail_call a[0] }\nrun p\n",
     "array a[2] { 0: p, 1: p }\nprogram p { tail_call a[1] }\nrun p\n"},
    {"drop-events", "program p { return 1 }\nrun p\nrun p\nrun p\n", "program p { return 1 }\nrun p\nrun p\n"},
    {"drop-statements", "program p { helper time; helper random; return 1 }\nrun p\n",
     "program p { helper random; return 1 }\nrun p\n"},
    {"unwrap-branches", "program p { if data 1 == 1 { helper time } else { helper random } return 1 }\nrun p\n",
     "program p { helper time; return 1 }\nrun p\n"},
    {"merge-functions",
     "program p { call f; call g; return 0; subprog f { return 1 } subprog g { helper time; return 2 } }\nrun "
     "p\n",
     "program p { call f; call f; return 0; subprog f { return 1 } }\nrun p\n"},
    {"inline-calls", "program p { call f; return 0; subprog f { helper time; return 1 } }\nrun p\n",
     "program p { helper time; return 0 }\nrun p\n"},
    {"straighten-calls",
     "program p { call f; return 0; subprog f { call g; return 1 } subprog g { helper time; return 2 } }\nrun "
     "p\n",
     "program p { call g; return 0; subprog g { helper time; return 2 } }\nrun p\n"},
    {"move-entries", "program p { return 1 }\nprogram q { return 2 }\nrun p\n",
     "program q { return 2 }\nrun q\n"},
    {"aim-tail-calls",
     "array a[2] { 0: p, 1: q }\narray b[1] { 0: p }\nprogram p { tail_call a[1] }\nprogram q { }\nrun p\n",
     "array a[2] { 0: p }\narray b[1] { 0: p }\nprogram p { tail_call b[0] }\nrun p\n"},
    {"call-instead",
     "array a[1] { 0: p }\nprogram p { call f; tail_call a[0]; return 0; subprog f { tail_call a[0]; return 0 "
     "} }\nrun p\n",
     "array a[1] { 0: p }\nprogram p { call f; call f; return 0; subprog f { tail_call a[0]; return 0 } }\nrun "
     "p\n"},
    {"unfold-calls", "program p { return call f; subprog f { return 1 } }\nrun p\n",
     "program p { call f; return 0; subprog f { return 1 } }\nrun p\n"},
    {"drop-slots", "array a[2] { 0: p, 1: p }\nprogram p { tail_call a[1] }\nrun p\n",
     "array a[2] { 1: p }\nprogram p { tail_call a[1] }\nrun p\n"},
    {"drop-arrays", "array a[1]\narray b[1] { 0: p }\nprogram p { tail_call b[0] }\nrun p\n",
     "array a[1] { 0: p }\nprogram p { tail_call a[0] }\nrun p\n"},
    {"shrink-arrays", "array a[9] { 1: p }\nprogram p { tail_call a[1] }\nrun p\n",
     "array a[2] { 1: p }\nprogram p { tail_call a[1] }\nrun p\n"},
    {"shrink-maps", "map m[4] { 2: 9 }\nprogram p { m[0] = 1 }\nrun p\n",
     "map m[4]\nprogram p { m[0] = 1 }\nrun p\n"},
    {"drop-terms", "program p { return data 1 + 2 + 3 }\nrun p\n", "program p { return data 1 + 2 }\nrun p\n"},
    {"simplify-values", "array a[1]\nprogram p { tail_call a[data 0] }\nrun p\n",
     "array a[1]\nprogram p { tail_call a[0] }\nrun p\n"},
    {"shrink-immediates", "program p { return 9 }\nrun p\n", "program p { return 4 }\nrun p\n"},
    {"shrink-indices", "array a[8] { 7: p }\nprogram p { tail_call a[7] }\nrun p\n",
     "array a[8] { 0: p }\nprogram p { tail_call a[0] }\nrun p\n"},
    {"simplify-branches", "program p { if data 1 s> 5 { helper time } return 1 }\nrun p\n",
     "program p { if data 1 == 5 { helper time } return 1 }\nrun p\n"},
    {"simplify-helpers", "map m[1]\nprogram p { helper lookup m[0]; return 1 }\nrun p\n",
     "map m[1]\nprogram p { stack 4; return 1 }\nrun p\n"},
    {"shrink-fragments", "program p { asm { r0 = 1; r0 += 2 } return 1 }\nrun p\n",
     "program p { asm { r0 = 1 } return 1 }\nrun p\n"},
    {"shrink-stacks", "program p { stack 45; return 1 }\nrun p\n", "program p { stack 40; return 1 }\nrun p\n"},
    {"move-frames", "program p { stack 40; call f; return 0; subprog f { helper time; return 1 } }\nrun p\n",
     "program p { call f; return 0; subprog f { stack 8; helper time; return 1 } }\nrun p\n"},
    {"drop-kept-registers", "program p { keep r7 r9; return 1 }\nrun p\n",
     "program p { keep r7 r8; return 1 }\nrun p\n"},
    {"lower-events", "array a[1]\nprogram p { tail_call a[0] }\nset a[0] = p\nrun p\n",
     "array a[1] { 0: p }\nprogram p { tail_call a[0] }\nrun p\n"},
    {"defaults", "fuel 9\nprogram p { return 1 }\nrun p\n", "program p { return 1 }\nrun p\n"},
    {"canonical-order", "program q { return 2 }\nprogram p { return 1 }\nrun p\n",
     "program p { return 1 }\nprogram q { return 2 }\nrun p\n"},
};

INSTANTIATE_TEST_SUITE_P(Table, Passes, testing::ValuesIn(rows), [](const auto& row) {
  std::string name = row.param.pass;
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(PassTable, EveryPassHasARowAndANameOfItsOwn) {
  std::set<std::string_view> with_row, names;
  for (const Row& row : rows) with_row.insert(row.pass);
  for (const gen::Pass& pass : gen::passes()) {
    EXPECT_TRUE(names.insert(pass.name).second) << pass.name;
    EXPECT_TRUE(with_row.contains(pass.name)) << pass.name;
  }
}

RC_GTEST_PROP(PassTable, EveryStepIsValidAndDependsOnItsNumberAlone, ()) {
  const bpf::Scenario scenario = *gen::any_mutated_scenario(gen::small_budget());
  for (const gen::Pass& pass : gen::passes()) {
    bool end = false, same_end = false;
    for (std::size_t n = 0; !end; ++n) {
      const auto step = gen::take_step(pass, scenario, n, end);
      RC_ASSERT(gen::take_step(pass, scenario, n, same_end) == step);
      if (step) RC_ASSERT(!bpf::check_scenario(*step));
    }
  }
}

}  // namespace

}  // namespace tailbound::test
