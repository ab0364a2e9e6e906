// What a kernel image says of itself in its first bytes.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>

#include "oracles/engine/vm/machine.hpp"

namespace tailbound::engine::vm {

struct KernelImage {
  Architecture architecture = Architecture::amd64;
  std::string version;  // "6.1.0-56-cloud-amd64 (…) #1 SMP …"; empty where none was found
};

/// Enough of a file for recognise().
inline constexpr std::size_t image_head = 64 * 1024;

/// `head`: the first image_head bytes, or the whole file where it is shorter; `size`: bytes of the file. Error:
/// what it is instead and what was expected. Sources: Documentation/arch/x86/boot.rst,
/// Documentation/arch/arm64/booting.rst.
std::expected<KernelImage, std::string> recognise(std::span<const std::uint8_t> head, std::uint64_t size);

/// The same of a file; the version of an arm64 Image, whose header has none, is searched in it. Error: "PATH:
/// …".
std::expected<KernelImage, std::string> recognise_file(const std::string& path);

}  // namespace tailbound::engine::vm
