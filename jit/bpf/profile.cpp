#include "jit/bpf/profile.hpp"

#include <array>

namespace tailbound::bpf {

namespace {
constexpr std::array<Profile, 2> table = {
    Profile{.name = "linux"},
    Profile{.name = "linux-6.1", .cost_empty = 1, .r0_of_taken_call_ignored = true},
};
}  // namespace

const Profile& profile_linux() { return table[0]; }
const Profile& profile_linux_6_1() { return table[1]; }

std::span<const Profile> profiles() { return table; }

const Profile* find_profile(std::string_view name) {
  for (const Profile& profile : table) {
    if (profile.name == name) return &profile;
  }
  return nullptr;
}

}  // namespace tailbound::bpf
