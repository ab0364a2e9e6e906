// Scenarios on the running kernel: as the engine runs them, one by one and in batches, beside the naive loop.
#pragma once

namespace tailbound::bench {

/// Registers nothing where the kernel takes no BPF from this user, and says why.
void register_kernel();

}  // namespace tailbound::bench
