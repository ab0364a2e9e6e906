// A benchmark that found an error fails the whole command.
#pragma once

#include <benchmark/benchmark.h>

#include <string>

namespace tailbound::bench {

/// Ends this benchmark and remembers that one failed; the reason goes to stderr, since a report of medians alone
/// does not show it.
void fail(benchmark::State& state, const std::string& why);
bool any_failed();

}  // namespace tailbound::bench
