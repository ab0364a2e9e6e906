// Counters outside the machine stack, for the schemes that count there. An engine provides the objects.
#pragma once

#include <cstdint>

namespace tailbound::x86_64 {

/// What a kernel's task_struct would hold.
struct Task {
  std::uint64_t tail_calls = 0;
};

/// What a processor's own data would hold; Relocation::Kind::per_cpu is its address.
struct PerCpu {
  std::uint64_t tail_calls = 0;
  const Task* current = nullptr;
};

}  // namespace tailbound::x86_64
