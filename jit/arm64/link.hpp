// Puts addresses into an image.
#pragma once

#include <cstdint>
#include <expected>
#include <string>

#include "jit/image.hpp"
#include "jit/placement.hpp"

namespace tailbound::arm64 {

/// Puts `to` into a field of an instruction at address `from`; `at` is its place in writable code. False: it
/// does not fit there.
bool put_address(jit::Relocation::Form form, std::uint8_t* at, std::uint64_t from, std::uint64_t to);

/// Fills every relocation of `image` in `code`, which is a writable copy of image.code. Error: an address that its
/// place cannot hold (a bl reaches 128 MiB; a literal has the blocks of Options::address_blocks, that of code 48
/// bits with 16 equal ones above).
std::expected<void, std::string> link(const jit::Image& image, const jit::Placement& placement, std::uint8_t* code);

}  // namespace tailbound::arm64
