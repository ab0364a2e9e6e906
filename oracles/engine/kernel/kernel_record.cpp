#include "oracles/engine/kernel/kernel_record.hpp"

#include <array>
#include <charconv>

#include "jit/arm64/schemes.hpp"
#include "jit/x86_64/schemes.hpp"

namespace tailbound::engine::kernel {

namespace {

// 5.10 to 5.18 took the count of a call from below the unrounded stack: no discipline of the model predicts
// that, so there is no row for them.
constexpr KernelRecord table[] = {
    {5, 19, 0, "x86_64", "linux-6.1", "by-value", bpf::profile_linux_6_1, true},
    {6, 12, 0, "x86_64", "linux-6.12", "pointer", bpf::profile_linux_6_12},
    {6, 13, 0, "x86_64", "linux-6.12", "pointer-6.18", bpf::profile_linux_6_12},
    {6, 18, 35, "x86_64", "linux-6.12", "pointer-6.18", bpf::profile_linux},
    {6, 0, 0, "arm64", "linux-6.1", "by-value", bpf::profile_linux_6_1, true},
    {6, 12, 0, "arm64", "linux-6.12", "pointer", bpf::profile_linux_6_12},
    {6, 18, 35, "arm64", "linux-6.12", "pointer", bpf::profile_linux},
};

using Release = std::array<std::uint32_t, 3>;

/// "6.1.192-cloud-amd64", "6.18-rc3": what is not there is 0.
std::optional<Release> release_of(std::string_view text) {
  Release release{};
  for (std::size_t i = 0; i < release.size(); ++i) {
    const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), release[i]);
    if (bad != std::errc()) return i < 2 ? std::nullopt : std::optional(release);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (!text.starts_with('.')) return i < 1 ? std::nullopt : std::optional(release);
    text.remove_prefix(1);
  }
  return release;
}

}  // namespace

std::span<const KernelRecord> kernel_records() { return table; }

const KernelRecord* find_kernel(std::string_view release, std::string_view machine) {
  const auto known = release_of(release);
  if (!known) return nullptr;
  const std::string_view arch = machine == "aarch64" ? "arm64" : machine;
  const KernelRecord* found = nullptr;
  for (const KernelRecord& record : table) {
    if (record.arch == arch && Release{record.major, record.minor, record.patch} <= *known) found = &record;
  }
  return found;
}

std::optional<jit::StackCosts> KernelRecord::stack_costs() const {
  const auto costs = [](const auto* found) {
    return jit::StackCosts{.frame = found->frame_bytes, .entry = found->entry_bytes};
  };
  return arch == "arm64" ? costs(arm64::find_scheme(scheme)) : costs(x86_64::find_scheme(scheme));
}

}  // namespace tailbound::engine::kernel
