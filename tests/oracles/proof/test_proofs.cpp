// The obligations as a whole: what each is about, that wrong variants are there, and that counterexamples
// replay.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <thread>

#include "jit/bpf/graph.hpp"
#include "oracles/model/closed_form.hpp"
#include "oracles/model/machine_world.hpp"
#include "oracles/proof/certificate.hpp"
#include "oracles/proof/prove.hpp"
#include "oracles/proof/replay.hpp"
#include "oracles/proof/term_world.hpp"

namespace tailbound::proof {
namespace {

TEST(Proofs, AreAllAsExpectedAndEveryWrongVariantIsRefutedAndReplayed) {
  const auto obligations = all_obligations();
  const smt::Asker asker({.time_limit = std::chrono::milliseconds(120'000)}, smt::Cache(), 2);
  for (const Result& result : prove(obligations, asker, [](std::size_t, std::size_t) {})) {
    EXPECT_EQ(name(result.z3.verdict), "proved") << result.id << ": " << result.z3.why;
    EXPECT_EQ(name(result.cvc5.verdict), "proved") << result.id << ": " << result.cvc5.why;
    EXPECT_EQ(name(result.vacuity), "proved") << result.id << ": " << result.vacuity_why;
    EXPECT_EQ(result.horn, !result.rechecks.empty()) << result.id;
    for (const VariantResult& variant : result.variants) {
      EXPECT_TRUE(variant.refuted_and_replayed()) << result.id << " " << variant.name << ": "
                                                  << (variant.replays.empty() ? "" : variant.replays[0].said);
    }
  }
}

TEST(Proofs, HaveAWrongVariantForEveryWrongStep) {
  std::set<std::string, std::less<>> seen;
  std::set<std::string> ids;
  for (const Obligation& o : all_obligations()) {
    EXPECT_TRUE(ids.insert(o.id).second) << o.id;
    for (const Variant& variant : o.variants) seen.insert(variant.name);
  }
  for (const model::WrongStepRow& row : model::wrong_steps) EXPECT_TRUE(seen.contains(row.name)) << row.name;
}

TEST(WrongSteps, StandInTheOrderOfTheirNames) {
  for (std::size_t i = 0; i < model::wrong_steps.size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(model::wrong_steps[i].step), i);
  }
}

/// From any count and with every kind of attempt: the right rule keeps the bound where replays look for a
/// break.
RC_GTEST_PROP(Replay, TheRightRuleIsExactOnEveryScenario, ()) {
  const auto kind = *rc::gen::element(StepKind::open, StepKind::close, StepKind::call, StepKind::trampoline,
                                      StepKind::give_back, StepKind::helper, StepKind::slot_update,
                                      StepKind::attempt, StepKind::root_tail_call);
  const smt::Model model = {{"due_now", *rc::gen::inRange<std::uint64_t>(0, 40)},
                            {"due_below", *rc::gen::inRange<std::uint64_t>(0, 40)},
                            {"index", *rc::gen::inRange<std::uint64_t>(0, 3)},
                            {"entries", 2},
                            {"filled", *rc::gen::inRange<std::uint64_t>(0, 2)}};
  const bpf::Profile& profile = *rc::gen::arbitrary<bool>() ? bpf::profile_linux() : bpf::profile_linux_6_1();
  const Replay seen = replay(kind, model::WrongStep::does_not_count, profile, model);
  RC_ASSERT(seen.said.find("right rule breaks") == std::string::npos);
  RC_ASSERT(bpf::parse_graph(seen.scenario).has_value());
}

// --- the rule on solver terms is the rule on integers ---

RC_GTEST_PROP(TermWorld, MeansOnTermsWhatTheRuleMeansOnIntegers, (bool shared, bool filled)) {
  const auto discipline = shared ? model::Discipline::cell : model::Discipline::by_value;
  const bpf::Profile profile{.name = "any",
                             .cost_out_of_range = *rc::gen::inRange(0U, 3U),
                             .cost_empty = *rc::gen::inRange(0U, 3U),
                             .cost_limit = *rc::gen::inRange(0U, 3U)};
  const auto count = *rc::gen::inRange<std::uint64_t>(28, 36), index = *rc::gen::inRange<std::uint64_t>(0, 4);
  model::MachineWorld numbers;
  auto on_numbers = model::MachineRule::of(numbers, discipline, profile);
  TermWorld terms(Sort::bits);
  auto on_terms = model::TailCallRule<TermWorld>::of(terms, discipline, profile);
  const auto steps = [&](auto& rule, auto& world, auto start, auto at, auto size, auto slot) {
    const auto outer = world.fresh(start);
    auto inner = rule.call(outer);
    rule.attempt(inner, at, size, slot);
    inner = rule.root_tail_call(rule.tail_call(rule.helper_call(inner)));
    const auto seen = rule.attempt(inner, at, size, slot);
    const auto back = rule.return_to(outer, inner);
    return std::tuple(seen, world.load(back), world.load(inner));
  };
  const auto [seen, back, inner] = steps(on_numbers, numbers, count, index, std::uint64_t{2}, filled);
  const auto [seen_term, back_term, inner_term] =
      steps(on_terms, terms, smt::variable(Sort::bits, "count"), smt::variable(Sort::bits, "index"),
            smt::bits(2), smt::variable(Sort::truth, "filled"));
  smt::Model model = {{"count", count}, {"index", index}, {"filled", filled ? 1 : 0}};
  std::uint64_t next = 100;  // any cells that are apart
  for (const auto& [name, sort] : smt::variables({back_term, inner_term, seen_term.taken}))
    model.emplace(name, next++);
  RC_ASSERT(smt::evaluate(back_term, model) == back);
  RC_ASSERT(smt::evaluate(inner_term, model) == inner);
  RC_ASSERT(smt::evaluate(seen_term.taken, model) == (seen.taken ? 1U : 0U));
  RC_ASSERT(smt::evaluate(seen_term.empty, model) == (seen.empty ? 1U : 0U));
  RC_ASSERT(smt::evaluate(seen_term.at_limit, model) == (seen.at_limit ? 1U : 0U));
  RC_ASSERT(smt::evaluate(seen_term.out_of_range, model) == (seen.out_of_range ? 1U : 0U));
}

// --- T2 is what `tailbound count` counts ---

TEST(ByValueCount, TheClosedFormOfTheModelSatisfiesTheIdentity) {
  for (std::uint64_t calls = 2; calls <= 6; ++calls) {
    std::string text = "array slots[1] { 0: entry }\nprogram entry {\n";
    for (std::uint64_t i = 0; i < calls; ++i) text += "  call tail\n";
    const auto scenario = bpf::parse_graph(text + "  subprog tail { tail_call slots[0] }\n}\nrun entry\n");
    ASSERT_TRUE(scenario.has_value()) << scenario.error().text();
    std::uint64_t power = calls;
    for (std::uint32_t limit = 0; limit <= 9; ++limit, power *= calls) {
      const bpf::Profile profile{.name = "small", .limit = limit};
      const auto form = model::closed_form(*scenario, 0, model::Discipline::by_value, profile);
      ASSERT_TRUE(form.has_value()) << form.error();
      EXPECT_EQ((calls - 1) * form->tail_calls.small.value(), power - calls) << calls << " " << limit;
    }
  }
}

// --- certificates ---

TEST(Certificates, AreMadeAndCheckedAndACorruptedOneIsRefused) {
  std::vector<std::string> queries;
  for (const Obligation& o : all_obligations()) {
    if (o.has_certificate() && (o.id == "T1.call" || o.id == "T7.value-or-pointer"))
      queries.push_back(o.goal);
  }
  ASSERT_EQ(queries.size(), 2U);
  const auto made = certify(queries, 2);
  for (std::size_t i = 0; i < queries.size(); ++i) {
    ASSERT_TRUE(made[i].has_value()) << made[i].error();
    EXPECT_EQ(smt::run_job(check_job(queries[i], *made[i])).output, "");
    EXPECT_NE(smt::run_job(check_job(queries[1 - i], *made[i])).output, "") << "of another query";
    EXPECT_NE(smt::run_job(check_job(queries[i], {made[i]->clauses, "0\n"})).output, "") << "no proof";
  }
}

}  // namespace
}  // namespace tailbound::proof
