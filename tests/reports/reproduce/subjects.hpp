// Findings to make reproducers from.
#pragma once

#include <gtest/gtest.h>
#include <sys/utsname.h>

#include <cstdio>
#include <string>

#include "jit/bpf/graph.hpp"
#include "oracles/engine/kernel/loader.hpp"
#include "reports/reproduce/prediction.hpp"
#include "reports/reproduce/reproduce.hpp"

namespace tailbound::test {

inline reports::Subject subject(bpf::Scenario scenario, const char* name = "sample") {
  reports::FindingFile file;
  file.record = {.verdict = "bound-exceeded",
                 .signature = {},
                 .detail = "1375 tail calls from one entry; at most 33 are allowed",
                 .engine = "x86_64",
                 .engines = {"x86_64"},
                 .scheme = "by-value",
                 .found_by = {}};
  file.scenario = std::move(scenario);
  return reports::subject_of(std::move(file), name);
}

inline reports::Subject subject(const char* graph) {
  auto scenario = bpf::parse_graph(graph);
  EXPECT_TRUE(scenario.has_value()) << scenario.error().text();
  return subject(std::move(*scenario));
}

/// Kernels up to 6.11 run away in it.
inline constexpr const char* hierarchy =
    "array a0[1] { 0: p0 }\nprogram p0 { call f1; call f1; return 0; subprog f1 { tail_call a0[0]; return 0 } "
    "}\n"
    "run p0\n";

/// Every statement, two programs, cells, changes between runs; names that C has other uses for.
inline constexpr const char* rich =
    "map globals[4] { 0: 5, 2: 0xffff }\nmap int[1]\narray jmp_table[4] { 0: entry, 1: c1 }\n"
    "program entry {\n stack 12\n keep r6 r7\n call tail\n globals[0] = entries(entry) + 1\n"
    " globals[1] = call tail << 4 | 0xf\n eval globals[0] - data 3\n helper random\n helper time\n"
    " helper lookup globals[1]\n helper update 3\n tail_call jmp_table[data 1] indirect\n"
    " if globals[0] s>= -5 { return call tail + 2 } else { globals[3] = data 9 >> 1 }\n"
    " return entries(c1) << 16 | entries(entry.tail)\n"
    " subprog tail { keep r8; if globals[2] & 0xff { tail_call jmp_table[0] } return data 4 }\n}\n"
    "program c1 { call tail; tail_call jmp_table[9]; int[0] = int[0] ^ 7; return globals[0]\n"
    " subprog tail { stack 3; tail_call jmp_table[2]; return 1 } }\n"
    "run entry\nset jmp_table[2] = c1\nset globals[2] = -1\nrun c1\ndelete jmp_table[0]\nrun entry\n";

/// Why nothing may be run in the kernel that this machine has; empty: it may. Kernels before 6.12 have the bug
/// that reproducers are about.
inline std::string why_not_on_this_kernel(const bpf::Scenario& scenario) {
  if (reports::sound_stack_bound(scenario) > 8192)
    return "the scenario may need more than 8 KiB of machine stack";
  utsname names{};
  int major = 0, minor = 0;
  uname(&names);
  if (std::sscanf(names.release, "%d.%d", &major, &minor) != 2 || major * 1000 + minor < 6012)
    return "kernel " + std::string(names.release) + " is before 6.12: it has the bug";
  const auto loader = engine::kernel::Loader::open();
  return loader ? std::string() : loader.error();
}

}  // namespace tailbound::test
