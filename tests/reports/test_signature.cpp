// Signatures: the same for what is the same but for names and order, others for what is not.
#include "reports/signature.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "gen/rapidcheck.hpp"
#include "gen/reduce/places.hpp"
#include "jit/bpf/canonical.hpp"
#include "jit/bpf/graph.hpp"
#include "jit/bpf/limits.hpp"
#include "jit/bpf/references.hpp"
#include "jit/bpf/repair.hpp"

namespace tailbound::test {

namespace {

using reports::shape_word;

bpf::Scenario parsed(std::string_view text) {
  auto scenario = bpf::parse_graph(text);
  EXPECT_TRUE(scenario.has_value()) << scenario.error().text();
  return scenario ? std::move(*scenario) : bpf::Scenario{};
}

/// The scenario with its programs, arrays and maps in reverse order, and other names.
bpf::Scenario turned_round(bpf::Scenario s) {
  struct Turn : bpf::OtherReferences {
    std::size_t programs, arrays, maps;
    void program(std::uint16_t& p) const { p = static_cast<std::uint16_t>(programs - 1 - p); }
    void array(std::uint16_t& a) const { a = static_cast<std::uint16_t>(arrays - 1 - a); }
    void map(std::uint16_t& m) const { m = static_cast<std::uint16_t>(maps - 1 - m); }
    void function(bpf::FunctionRef& f) const { program(f.program); }
  } turn{{}, s.programs.size(), s.arrays.size(), s.maps.size()};
  each_reference(s, turn);
  std::ranges::reverse(s.programs);
  std::ranges::reverse(s.arrays);
  std::ranges::reverse(s.maps);
  for (std::size_t p = 0; p < s.programs.size(); ++p)
    s.programs[p].functions[0].name = "other" + std::to_string(p);
  return s;
}

RC_GTEST_PROP(Signature, NamesAndOrderAreSetAside, ()) {
  bpf::Scenario scenario = *gen::any_mutated_scenario();
  gen::drop_unreached(scenario);
  bpf::repair(scenario);
  const bpf::Scenario turned = turned_round(scenario);
  RC_ASSERT(!bpf::check_scenario(turned));
  RC_ASSERT(bpf::canonical_form(turned) == bpf::canonical_form(scenario));
  RC_ASSERT(shape_word(turned) == shape_word(scenario));
}

RC_GTEST_PROP(Signature, TheCanonicalFormIsValidAndItsOwn, ()) {
  const bpf::Scenario form = bpf::canonical_form(*gen::any_mutated_scenario());
  RC_ASSERT(!bpf::check_scenario(form));
  RC_ASSERT(bpf::canonical_form(form) == form);
}

TEST(Signature, OrderOfSubprogramsIsSetAside) {
  const auto a = parsed(
      "array t[1] { 0: p }\nprogram p { call f; call g; return 0\n"
      "subprog f { tail_call t[0]; return 0 }\nsubprog g { return 1 } }\nrun p\n");
  const auto b = parsed(
      "array x[1] { 0: q }\nprogram q { call h; call i; return 0\n"
      "subprog i { return 1 }\nsubprog h { tail_call x[0]; return 0 } }\nrun q\nexpect return 0\n");
  EXPECT_EQ(shape_word(a), shape_word(b));
}

TEST(Signature, AnotherBodyIsAnotherShape) {
  const auto two = parsed(
      "array t[1] { 0: p }\nprogram p { call f; call f; return 0\n"
      "subprog f { tail_call t[0]; return 0 } }\nrun p\n");
  const auto one = parsed(
      "array t[1] { 0: p }\nprogram p { call f; return 0\n"
      "subprog f { tail_call t[0]; return 0 } }\nrun p\n");
  EXPECT_NE(shape_word(two), shape_word(one));
}

Observation run_of(RunStatus status, std::uint64_t attempts) {
  Observation seen;
  seen.layout.functions = 1;
  seen.layout.sites = 1;
  RunObservation run;
  run.status = status;
  run.ledger.assign(seen.layout.words(), 0);
  run.ledger[seen.layout.attempts(0)] = attempts;
  seen.runs.push_back(std::move(run));
  return seen;
}

TEST(Signature, WhatARunDidTellsFindingsOfOneShapeApart) {
  const Observation want = run_of(RunStatus::finished, 33);
  const auto effect = [&](const Observation& seen) { return reports::effect_word(want, seen, 0); };
  EXPECT_NE(effect(run_of(RunStatus::finished, 34)), effect(run_of(RunStatus::finished, 4000)));
  // Where it did not end by itself, what it had done by then is chance.
  EXPECT_EQ(effect(run_of(RunStatus::timeout, 34)), effect(run_of(RunStatus::timeout, 35)));
}

TEST(Signature, IsOfItsVerdictAndShape) {
  const auto p = parsed("program p { return 1 }\nrun p\n");
  const auto q = parsed("program p { return 2 }\nrun p\n");
  const Verdict verdict{Outcome::disagree, Property::bound, "exceeded", "", 0};
  const std::string signature = reports::signature(verdict, p, {}, {});
  EXPECT_TRUE(reports::has_shape(signature, "bound-exceeded", p)) << signature;
  EXPECT_FALSE(reports::has_shape(signature, "bound-exceeded", q));
  EXPECT_FALSE(reports::has_shape(signature, "count-more", p));
}

}  // namespace

}  // namespace tailbound::test
