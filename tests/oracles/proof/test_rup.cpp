// The checker of proofs: right ones pass, corrupted ones do not, and no proof of a satisfiable set ever does.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "oracles/proof/rup.hpp"
#include "oracles/smt/process.hpp"

namespace tailbound::proof {
namespace {

using Clauses = std::vector<std::vector<int>>;

std::string dimacs(const Clauses& clauses, int variables) {
  std::string text = "p cnf " + std::to_string(variables) + " " + std::to_string(clauses.size()) + "\n";
  for (const auto& clause : clauses) {
    for (const int literal : clause) text += std::to_string(literal) + " ";
    text += "0\n";
  }
  return text;
}

bool satisfiable(const Clauses& clauses, int variables) {
  for (unsigned values = 0; values < 1U << variables; ++values) {
    bool all = true;
    for (const auto& clause : clauses) {
      bool any = false;
      for (const int literal : clause)
        any = any || ((values >> (std::abs(literal) - 1) & 1U) == 1U) == (literal > 0);
      all = all && any;
    }
    if (all) return true;
  }
  return false;
}

Clauses any_clauses(int variables, int most) {
  const auto literal =
      rc::gen::map(rc::gen::pair(rc::gen::inRange(1, variables + 1), rc::gen::arbitrary<bool>()),
                   [](const auto& p) { return p.second ? p.first : -p.first; });
  return *rc::gen::resize(most,
                          rc::gen::container<Clauses>(rc::gen::container<std::vector<int>>(3, literal)));
}

const Clauses square = {{1, 2}, {-1, 2}, {1, -2}, {-1, -2}};

TEST(Rup, TakesAProofAndSaysWhatIsWrongWithACorruptedOne) {
  struct Row {
    const char* what;
    const char* log;
    const char* error;  // empty: it is accepted
  };
  const Row rows[] = {
      {"a unit leads to the contradiction", "2 0\n", ""},
      {"with the empty clause", "2 0\n0\n", ""},
      {"with a clause dropped", "2 0\nd 1 2 0\n0\n", ""},
      {"nothing is learnt", "", "without a contradiction"},
      {"cut in a line", "2", "expected literals"},
      {"the empty clause at once", "0\n", "line 1 of the proof: the clause does not follow"},
      {"drops what is needed", "d 1 2 0\nd -1 2 0\n2 0\n", "line 3 of the proof: the clause does not follow"},
      {"drops what is not there", "d 1 0\n2 0\n", "drops a clause that is not there"},
      {"a variable that does not exist", "3 0\n", "expected literals"},
      {"no number", "2 x 0\n", "expected literals"},
      {"more after the 0", "2 0 1\n", "expected literals"},
      {"binary", "a\x04\x00", "expected literals"},
  };
  for (const Row& row : rows) {
    const auto got = check_rup(dimacs(square, 2), row.log);
    if (*row.error == '\0') EXPECT_TRUE(got.has_value()) << row.what << ": " << got.error();
    else ASSERT_FALSE(got.has_value()) << row.what;
    if (*row.error != '\0')
      EXPECT_NE(got.error().find(row.error), std::string::npos) << row.what << got.error();
  }
}

TEST(Rup, RefusesClausesThatAreNone) {
  for (const char* text :
       {"", "p cnf 1\n", "p dnf 1 1\n1 0\n", "p cnf 1 2\n1 0\n", "p cnf 1 1\n2 0\n", "p cnf -1 0\n"}) {
    EXPECT_FALSE(check_rup(text, "0\n").has_value()) << text;
  }
}

RC_GTEST_PROP(Rup, NoLogProvesASatisfiableSet, ()) {
  const Clauses clauses = any_clauses(4, 20);
  RC_PRE(satisfiable(clauses, 4));
  const std::string whole = dimacs(any_clauses(4, 20), 4);
  RC_ASSERT(!check_rup(dimacs(clauses, 4), whole.substr(whole.find('\n') + 1) + "0\n").has_value());
}

/// All clauses of resolution, in the order of length: a proof without any solver.
RC_GTEST_PROP(Rup, TakesEveryStepThatFollowsByTryingAllValues, ()) {
  const Clauses clauses = any_clauses(3, 40);
  RC_PRE(!satisfiable(clauses, 3));
  std::string log;
  for (const int a : {1, -1}) {
    for (const int b : {2, -2}) {
      log += std::to_string(a) + " " + std::to_string(b) +
             " 0\n";  // the third is propagated or branches to none
    }
    log += std::to_string(a) + " 0\n";
  }
  RC_ASSERT(check_rup(dimacs(clauses, 3), log + "0\n").has_value());
}

RC_GTEST_PROP(Rup, AgreesWithCadical, ()) {
  const Clauses clauses = any_clauses(6, 60);
  const std::string text = dimacs(clauses, 6);
  const smt::Ended ended = smt::run_job(
      {{"cadical", "-q", "--no-binary", "-", "-"}, {}, text, std::chrono::milliseconds(10'000), 0});
  RC_ASSERT(!ended.missing);
  const bool unsat = ended.exit_code == 20;
  RC_ASSERT(unsat != satisfiable(clauses, 6));
  if (unsat) {
    std::string log = ended.output;
    if (const auto verdict = log.find("s UNSATISFIABLE\n"); verdict != std::string::npos)
      log.erase(verdict, 16);
    RC_ASSERT(check_rup(text, log).has_value());
  }
}

}  // namespace
}  // namespace tailbound::proof
