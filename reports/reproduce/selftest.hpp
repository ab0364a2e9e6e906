// The two halves of a kernel selftest.
#pragma once

#include <expected>
#include <string>

#include "reports/reproduce/c_names.hpp"
#include "reports/reproduce/reproduce.hpp"

namespace tailbound::reports {

/// progs/NAME.c: the scenario's statements as C for clang's BPF target. Error: what it cannot say.
std::expected<std::string, std::string> selftest_program(const Subject& subject, const CNames& names);

/// prog_tests/NAME.c: the events, and what each run must show.
std::string selftest_test(const Subject& subject, const CNames& names);

/// `struct ledger`, which both halves share.
std::string selftest_ledger(const bpf::Scenario& scenario);

}  // namespace tailbound::reports
