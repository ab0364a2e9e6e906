#include "tests/bench/failure.hpp"

#include <fmt/format.h>

namespace tailbound::bench {

namespace {
bool failed = false;
}

void fail(benchmark::State& state, const std::string& why) {
  if (!failed) fmt::print(stderr, "tailbound bench: {}\n", why);
  failed = true;
  state.SkipWithError(why.c_str());
}

bool any_failed() { return failed; }

}  // namespace tailbound::bench
