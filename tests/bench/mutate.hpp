// What a change of a scenario costs.
#pragma once

namespace tailbound::bench {

/// Benchmarks mutate and cross over the reference mix, and repair and copy, which are parts of both.
void register_mutate();

}  // namespace tailbound::bench
