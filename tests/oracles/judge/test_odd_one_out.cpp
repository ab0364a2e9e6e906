// Who is named when the statements about a scenario differ.
#include <gtest/gtest.h>

#include "gen/generate.hpp"
#include "jit/bpf/graph.hpp"
#include "jit/x86_64/schemes.hpp"
#include "oracles/engine/x86_64/engine.hpp"
#include "oracles/judge/judge.hpp"
#include "oracles/judge/odd_one_out.hpp"

namespace tailbound::test {

namespace {

/// Two calls of a subprogram that tail-calls: by value each copy counts on its own.
constexpr std::string_view hierarchy = R"(
array t[1] { 0: p }
program p {
  call s
  call s
  return 1
  subprog s { tail_call t[0]; return 0 }
}
run p
)";

Judge judge_of(std::initializer_list<const char*> schemes, bool interpreter) {
  std::vector<std::unique_ptr<engine::Engine>> engines;
  const x86_64::Scheme* const first = x86_64::find_scheme(*schemes.begin());
  if (interpreter) engines.push_back(engine::make_interpreter(*first->identity.profile));
  for (const char* const name : schemes) {
    engines.push_back(engine::make_x86_64({.scheme = x86_64::find_scheme(name), .options = {}}));
  }
  return Judge(std::move(engines));
}

std::string sides(Judge judge, std::size_t engine) {
  judge.judge(*bpf::parse_graph(hierarchy));
  return odd_one_out(judge, engine);
}

TEST(OddOneOut, IsTheEngineThatCountsByValue) {
  EXPECT_EQ(sides(judge_of({"by-value"}, true), 1), "x86_64/by-value differs from model and interpreter");
}

TEST(OddOneOut, OfTwoNobodyIsTheOdd) {
  EXPECT_EQ(sides(judge_of({"by-value"}, false), 0), "sides: model | x86_64/by-value");
}

TEST(OddOneOut, IsNobodyWhereAllSayTheSame) { EXPECT_EQ(sides(judge_of({"pointer"}, true), 1), ""); }

}  // namespace

}  // namespace tailbound::test
