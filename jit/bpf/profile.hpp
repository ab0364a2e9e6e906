// What a scheme, a kernel or an engine claims that a tail call means, so that a known difference is named.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace tailbound::bpf {

/// MAX_TAIL_CALL_CNT: compared before it is incremented, so 33 succeed and the 34th falls through.
inline constexpr std::uint32_t max_tail_call_cnt = 33;

struct Profile {
  std::string_view name;
  std::uint32_t limit = max_tail_call_cnt;
  /// What a refused attempt adds to the count, by reason. An attempt below the limit is what is charged.
  std::uint32_t cost_out_of_range = 0;
  std::uint32_t cost_empty = 0;
  std::uint32_t cost_limit = 0;
  /// The verifier takes the fall-through r0 of a static subprogram for its only one and drops branches on it: holds of
  /// engines that have a verifier (model::WalkOptions::verified).
  bool r0_of_taken_call_ignored = false;
  /// A tracing program attached to a function opens a context of its own; a replacement shares its target's.
  bool probe_opens_context = true;
  bool replacement_shares_context = true;

  bool operator==(const Profile&) const = default;
};

/// Only a taken call costs: kernels from 6.12 on, with the verifier of 6.18.35 and 6.19 (e3245f899043).
const Profile& profile_linux();
/// An empty slot costs one too: x86-64 and arm64 JITs up to 6.11.
const Profile& profile_linux_6_1();
/// Only a taken call costs, with a verifier from before e3245f899043.
const Profile& profile_linux_6_12();

/// Those that the rule tells apart: linux-6.12 is linux to it.
std::span<const Profile> profiles();
/// nullptr when there is none of that name.
const Profile* find_profile(std::string_view name);

}  // namespace tailbound::bpf
