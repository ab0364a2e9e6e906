#include "jit/bpf/profile.hpp"

#include <array>

namespace tailbound::bpf {

namespace {
constexpr std::array<Profile, 3> table = {
    Profile{.name = "linux"},
    Profile{.name = "linux-6.1", .cost_empty = 1, .r0_of_taken_call_ignored = true},
    Profile{.name = "linux-6.12", .r0_of_taken_call_ignored = true},
};
}  // namespace

const Profile& profile_linux() { return table[0]; }
const Profile& profile_linux_6_1() { return table[1]; }
const Profile& profile_linux_6_12() { return table[2]; }

std::span<const Profile> profiles() { return std::span(table).first<2>(); }

const Profile* find_profile(std::string_view name) {
  for (const Profile& profile : table) {
    if (profile.name == name) return &profile;
  }
  return nullptr;
}

}  // namespace tailbound::bpf
