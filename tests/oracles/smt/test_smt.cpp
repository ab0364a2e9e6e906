// Terms printed, read and evaluated; what counts as an answer; the cache.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "oracles/smt/ask.hpp"
#include "oracles/smt/sha256.hpp"

namespace tailbound::smt {
namespace {

namespace fs = std::filesystem;

/// A truth value of up to `depth` operators over x, y (bits) and b.
Term any_truth(int depth);
Term any_bits(int depth) {
  const int pick = *rc::gen::inRange(0, depth == 0 ? 3 : 8);
  if (pick == 0) return bits(*rc::gen::arbitrary<std::uint64_t>());
  if (pick <= 2) return variable(Sort::bits, pick == 1 ? "x" : "y");
  if (pick == 7) return select(any_truth(depth - 1), any_bits(depth - 1), any_bits(depth - 1));
  const Term a = any_bits(depth - 1), b = any_bits(depth - 1);
  return pick == 3 ? add(a, b) : pick == 4 ? sub(a, b) : pick == 5 ? mul(a, b) : bit_and(a, b);
}
Term any_truth(int depth) {
  const int pick = *rc::gen::inRange(0, depth == 0 ? 2 : 9);
  if (pick == 0) return truth(*rc::gen::arbitrary<bool>());
  if (pick == 1) return variable(Sort::truth, "b");
  if (pick <= 4) {
    const Term a = any_bits(depth - 1), b = any_bits(depth - 1);
    return pick == 2 ? less(a, b) : pick == 3 ? at_most(a, b) : equal(a, b);
  }
  const Term a = any_truth(depth - 1), b = any_truth(depth - 1);
  return pick == 5 ? both({a, b}) : pick == 6 ? either({a, b}) : pick == 7 ? implies(a, b) : negate(a);
}
Model any_model() {
  return {{"x", *rc::gen::arbitrary<std::uint64_t>()},
          {"y", *rc::gen::inRange<std::uint64_t>(0, 4)},
          {"b", *rc::gen::inRange<std::uint64_t>(0, 2)}};
}

RC_GTEST_PROP(Terms, MeanTheSameAfterPrintingAndReading, ()) {
  const Script script{"QF_BV", {any_truth(4), any_truth(3)}};
  const auto read = read_script(print(script, "two\nlines", "sat"));
  RC_ASSERT(read.has_value());
  RC_ASSERT(read->logic == "QF_BV");
  const Model model = any_model();
  for (std::size_t i = 0; i < 2; ++i) {
    RC_ASSERT(evaluate(read->assertions[i], model) == evaluate(script.assertions[i], model));
  }
}

/// With the variables fixed, both solvers must give the value that `evaluate` gives.
RC_GTEST_PROP(Terms, MeanToZ3WhatTheyMeanHere, ()) {
  const Model model = any_model();
  const Term term = any_truth(4);
  Script script{"QF_BV", {term}};
  for (const auto& [name, sort] : variables({term})) {
    script.assertions.push_back(equal(variable(sort, name), number(sort, model.at(name))));
  }
  const std::string text = print(script, "", "sat");
  const Answer said = answer(text, run_job(ask(Solver::z3, text, {})));
  RC_ASSERT(said.decided());
  RC_ASSERT((said.kind == Answer::Kind::sat) == (evaluate(term, model) == 1U));
}

TEST(Reading, RefusesInOneLineWhatItDoesNotKnow) {
  for (const char* text :
       {"(", ")", "(assert x)", "(frob)", "(declare-const x Real)", "(assert (bvult #x01 #x02))",
        "(declare-const x Int)(assert x)", "(declare-const x Int)(assert (= x true))", "(assert ())",
        "(assert (and))", "(assert (ite true))"}) {
    const auto read = read_script(text);
    EXPECT_FALSE(read.has_value()) << text;
    if (!read) EXPECT_EQ(read.error().find('\n'), std::string::npos);
  }
}

// --- what counts as an answer ---

const std::string three = print(Script{"QF_BV", {equal(variable(Sort::bits, "x"), bits(3))}}, "", "sat");

TEST(Answers, OnlyAModelThatEvaluatesIsSat) {
  using enum Answer::Kind;
  struct Row {
    const char* what;
    Ended ended;
    Answer::Kind kind;
  };
  const Row rows[] = {
      {"sat", {.output = "sat\n((define-fun x () (_ BitVec 64) #x0000000000000003))\n"}, sat},
      {"another value", {.output = "sat\n((define-fun x () (_ BitVec 64) #x0000000000000004))\n"}, bad_model},
      {"no model", {.output = "sat\n"}, bad_model},
      {"cut model", {.output = "sat\n((define-fun x () (_ BitVec"}, bad_model},
      {"unsat", {.output = "unsat\n"}, unsat},
      {"unsat, then dies", {.output = "unsat\n", .exit_code = 1}, died},
      {"killed", {.output = "unsat\n", .signal = 9}, died},
      {"late", {.output = "", .signal = 9, .timed_out = true}, timeout},
      {"gives up", {.output = "unknown\ntimeout"}, timeout},
      {"does not know", {.output = "unknown\n(incomplete"}, nonsense},
      {"memory", {.output = "", .errors = "std::bad_alloc", .exit_code = 1}, died},
      {"nonsense", {.output = "perhaps\n"}, nonsense},
      {"nothing", {.output = ""}, nonsense},
      {"missing", {.exit_code = 127, .missing = true}, missing},
  };
  for (const Row& row : rows) EXPECT_EQ(name(answer(three, row.ended).kind), name(row.kind)) << row.what;
}

TEST(Jobs, EndTheProcessThatIsLateAndSayWhichCommandIsMissing) {
  const Ended late = run_job({{"sleep", "100"}, {}, {}, std::chrono::milliseconds(50), 0});
  EXPECT_TRUE(late.timed_out);
  EXPECT_TRUE(run_job({{"no-such-command"}, {}, {}, std::chrono::milliseconds(5000), 0}).missing);
  const std::string much(300'000, 'x');
  EXPECT_EQ(run_job({{"cat"}, {}, much, std::chrono::milliseconds(20'000), 0}).output, much);
  const Ended died =
      run_job({{}, []() -> std::string { std::_Exit(7); }, {}, std::chrono::milliseconds(5000), 0});
  EXPECT_EQ(died.exit_code, 7);
}

// --- the cache ---

TEST(Cache, GivesBackWhatItKeptAndNothingThatWasTouched) {
  const fs::path folder = fs::temp_directory_path() / ("tailbound-cache-" + std::to_string(::getpid()));
  const Cache cache(folder);
  EXPECT_FALSE(cache.find("question").has_value());
  cache.keep("question", {.output = "sat\nmodel\n", .seconds = 0.5});
  const auto found = cache.find("question");
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->output, "sat\nmodel\n");
  EXPECT_EQ(found->seconds, 0.5);
  EXPECT_FALSE(cache.find("another").has_value());
  std::ofstream(folder / sha256("question"), std::ios::app) << "x";
  EXPECT_FALSE(cache.find("question").has_value());
  fs::remove_all(folder);
  EXPECT_FALSE(Cache().find("question").has_value());
}

TEST(Sha256, IsTheStandardOne) {
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace tailbound::smt
