// Puts addresses into an image, and patches the sites of direct tail calls.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "jit/image.hpp"
#include "jit/placement.hpp"

namespace tailbound::x86_64 {

/// All code is within 2 GiB of all other code.
using jit::Placement;

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
