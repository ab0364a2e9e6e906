// Long runs of random instructions and random programs: benchmarks that are checks.
#pragma once

#include <string_view>

namespace tailbound::bench {

/// Registers `insn_agreement` and `random_bytes_compile`, each of ten million, where `filter` names it in full.
void register_insns(std::string_view filter);

}  // namespace tailbound::bench
