// Puts addresses into an image, and patches the sites of direct tail calls.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "jit/image.hpp"

namespace tailbound::x86_64 {

/// Where things lie. All code is within 2 GiB of all other code.
struct Placement {
  std::span<const std::uint64_t> function;   // by function of the program
  std::span<const std::uint64_t> map;        // map objects, by map
  std::span<const std::uint64_t> map_value;  // first values, by map
  std::array<std::uint64_t, 16> helper{};    // by helper number
  std::array<std::uint64_t, 16> thunk{};     // by register number
  std::uint64_t return_thunk = 0;
  std::uint64_t per_cpu = 0;                 // a PerCpu (counter.hpp)
};

/// Fills every relocation of `image` in `code`, which is a writable copy of image.code.
void link(const jit::Image& image, const Placement& placement, std::uint8_t* code);

/// Five bytes at a patch site.
using PatchBytes = std::array<std::uint8_t, 5>;
inline constexpr PatchBytes nop5 = {0x0f, 0x1f, 0x44, 0x00, 0x00};
PatchBytes jump_bytes(std::uint64_t from, std::uint64_t to);

/// The two patches of a direct site at address `site_base` (that of the function which holds it) when its slot
/// holds `entry` (the landing place of a main), or nothing.
struct SitePatches {
  PatchBytes bypass;
  PatchBytes target;
};
SitePatches patches(const jit::Image& image, const jit::ImageSite& site, std::uint64_t function_address,
                    std::optional<std::uint64_t> entry);

}  // namespace tailbound::x86_64
