// What the search features of a judged scenario cost.
#pragma once

namespace tailbound::bench {

/// Benchmark `features`: counting alone, the walk before it not measured.
void register_features();

}  // namespace tailbound::bench
