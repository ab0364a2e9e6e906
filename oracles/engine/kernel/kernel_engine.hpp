// A kernel as an engine, reached through a channel: the running one, or one in a guest.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include "oracles/engine/engine.hpp"
#include "oracles/engine/kernel/channel.hpp"
#include "oracles/engine/kernel/kernel_record.hpp"

namespace tailbound::engine::kernel {

struct KernelSettings {
  /// `scheme` is the kernel's release. What the record knows is filled in.
  Identity identity;
  const KernelRecord* record = nullptr;  // nullptr: nothing is known of this release
  /// The most machine stack that a scenario may need by its frames; others are unavailable, as all are where
  /// the bound is not known. Nothing: it is the kernel's own risk.
  std::optional<std::uint64_t> stack_limit;
  std::chrono::milliseconds time_limit{2000};  // of one run; zero: none
};

/// What of a kernel's 16 KiB stack a scenario may take on a kernel that is not to be lost.
inline constexpr std::uint64_t safe_stack = 8192;

std::unique_ptr<Engine> make_kernel_engine(KernelSettings settings, std::unique_ptr<Channel> channel);

/// The kernel that this process runs on, by the name `kernel`.
std::unique_ptr<Engine> make_running_kernel(std::chrono::milliseconds time_limit);

}  // namespace tailbound::engine::kernel
