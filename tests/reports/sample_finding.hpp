// The hierarchy of two calls under the scheme by value, as a campaign hands it over.
#pragma once

#include <gtest/gtest.h>

#include "fuzz/campaign/engines.hpp"
#include "fuzz/campaign/investigate.hpp"
#include "jit/bpf/graph.hpp"
#include "reports/finding.hpp"

namespace tailbound::test {

inline reports::Finding sample_finding(const char* graph, const std::string& scheme = "by-value") {
  auto engines = fuzz::make_engines({.engines = {"x86_64"}, .scheme = scheme});
  EXPECT_TRUE(engines.has_value());
  Judge judge(std::move(*engines));
  auto scenario = bpf::parse_graph(graph);
  EXPECT_TRUE(scenario.has_value()) << scenario.error().text();
  auto finding = fuzz::investigate(judge, *scenario, false, false);
  EXPECT_TRUE(finding.has_value());
  finding->scheme = scheme;
  finding->recorded = true;
  return std::move(*finding);
}

inline constexpr const char* two_calls =
    "array jmp_table[1] { 0: entry }\n"
    "program entry { call tail; call tail; return 1; subprog tail { tail_call jmp_table[0]; return 0 } }\nrun "
    "entry\n";

}  // namespace tailbound::test
