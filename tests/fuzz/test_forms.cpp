// One bug ends in one form: scenarios that were a form of their own until a pass or a family of symptoms led
// on.
#include <gtest/gtest.h>

#include "fuzz/campaign/reduction.hpp"
#include "jit/bpf/canonical.hpp"
#include "jit/bpf/graph.hpp"
#include "jit/schemes.hpp"
#include "reports/finding.hpp"

namespace tailbound::test {

namespace {

struct Form {
  const char* what;
  const char* scheme;
  const char* found;
  const char* verdict;  // of what it is reduced to
  const char* form;
};

void PrintTo(const Form& form, std::ostream* out) { *out << form.scheme << ": " << form.what; }

constexpr const char* two_calls =
    "array a[1] { 0: p }\nprogram p { call f; call f; return 0; subprog f { tail_call a[0]; return 0 } }\nrun "
    "p\n";

constexpr Form forms[] = {
    {"more attempts become more than 33 tail calls", "by-value-5.17",
     "array a[1] { 0: p }\nprogram p { stack 1; call f; tail_call a[0]; return 0\n"
     "subprog f { tail_call a[0]; tail_call a[0]; return 0 } }\nrun p\n",
     "bound-exceeded", two_calls},
    {"more tail calls become more than 33", "by-value-5.10",
     "array a[2] { 0: p }\nprogram p { call f; tail_call a[0]; return 0\n"
     "subprog f { tail_call a[1]; return 0 } }\nrun p\n",
     "bound-exceeded", two_calls},
    {"a word that had to live becomes a fault", "hidden-slot",
     "array a[1]\nprogram p { stack 16; tail_call a[0]; return 0 }\nrun p\n", "fault-SIGSEGV",
     "array a[1]\nprogram p { stack 1; tail_call a[0]; return 0 }\nrun p\n"},
    {"the fault needs no subprogram", "value-and-pointer-kept",
     "array a[1] { 0: q }\nprogram p { stack 17; tail_call a[0]; return 0 }\n"
     "program q { call f; return 0; subprog f { tail_call a[0]; return 0 } }\nrun p\n",
     "frame-callee-saved",
     "array a[1] { 0: q }\nprogram p { stack 1; tail_call a[0]; return 0 }\n"
     "program q { tail_call a[0]; return 0 }\nrun p\n"},
    {"the frame stands in the other program", "value-and-pointer-kept",
     "array a[1] { 0: q }\nprogram p { stack 9; tail_call a[0]; return 0 }\n"
     "program q { call f; return 0; subprog f { tail_call a[0]; return 0 } }\nrun p\n",
     "count-fewer",
     "array a[1] { 0: q }\nprogram p { tail_call a[0]; return 0 }\n"
     "program q { stack 1; tail_call a[0]; return 0 }\nrun p\n"},
    {"a loop of two programs is one of one", "value-and-pointer-kept",
     "array a[2] { 0: p, 1: q }\nprogram p { stack 1; tail_call a[1]; return 0 }\n"
     "program q { tail_call a[0]; return 0 }\nrun p\n",
     "bound-exceeded",
     "array a[1] { 0: q }\nprogram p { tail_call a[0]; return 0 }\n"
     "program q { stack 16; tail_call a[0]; return 0 }\nrun p\n"},
};

class Forms : public testing::TestWithParam<Form> {};

TEST_P(Forms, EndInTheFormOfTheirBug) {
  const Form& form = GetParam();
  const fuzz::EngineChoice choice{.engines = {"interpreter", "x86_64"}, .scheme = form.scheme};
  const bool wild = jit::find_scheme("x86_64", form.scheme)->identity.wild;
  const auto found = bpf::parse_graph(form.found);
  const auto want = bpf::parse_graph(form.form);
  ASSERT_TRUE(found && want);
  const fuzz::Reduction reduced = fuzz::reduce_finding(fuzz::engines_of(choice), *found, {.fresh = wild});
  EXPECT_TRUE(reduced.stats.minimal);
  EXPECT_EQ(reports::verdict_word(reduced.verdict), form.verdict);
  EXPECT_EQ(bpf::print_graph(bpf::canonical_form(reduced.scenario)),
            bpf::print_graph(bpf::canonical_form(*want)));
}

INSTANTIATE_TEST_SUITE_P(Table, Forms, testing::ValuesIn(forms));

}  // namespace

}  // namespace tailbound::test
