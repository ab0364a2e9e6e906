// What is known of kernels, by release: what their verifiers accept and how their JITs count. One row from one
// release to the next that differs.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "jit/bpf/profile.hpp"
#include "jit/lower/stack_bound.hpp"

namespace tailbound::engine::kernel {

struct KernelRecord {
  std::uint32_t major = 0;  // the first release of the line
  std::uint32_t minor = 0;
  std::uint32_t patch = 0;
  std::string_view arch;    // "x86_64", "arm64"
  std::string_view limits;  // bpf::find_limits
  std::string_view scheme;  // the arch's, with the same counting
  const bpf::Profile& (*profile)();
  /// A call hands over a copy of the count; else every frame shares one cell. Either way the model's walker
  /// predicts each observation.
  bool by_value = false;

  std::string line() const { return std::to_string(major) + "." + std::to_string(minor); }
  /// Machine stack under the scheme; nothing where the arch's schemes are not known here.
  std::optional<jit::StackCosts> stack_costs() const;
};

std::span<const KernelRecord> kernel_records();
/// Of a release as uname says it ("6.1.192-cloud-amd64") and a machine ("x86_64", "aarch64"). nullptr: older
/// than all, or no release.
const KernelRecord* find_kernel(std::string_view release, std::string_view machine);

}  // namespace tailbound::engine::kernel
