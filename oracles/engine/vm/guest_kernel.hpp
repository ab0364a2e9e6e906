// What stands after "vm:" in --engine, and the kernel that it means.
#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>

#include "oracles/engine/vm/kernel_cache.hpp"
#include "oracles/engine/vm/machine.hpp"

namespace tailbound::engine::vm {

struct GuestKernel {
  std::string name;  // as given: "debian-6.1-amd64", "arch/x86/boot/bzImage"
  Architecture architecture = Architecture::amd64;
  std::filesystem::path image;
  std::filesystem::path modules;  // empty: none
  std::string release;  // "6.1.192-2", "6.19.0-rc3+ (…) …": what it begins with says what to expect of it
};

/// Whether it can be one, looking at nothing but files. Error: one line.
std::expected<void, std::string> check_guest_kernel(std::string_view argument);

/// Downloads what must be. Error: one line.
std::expected<GuestKernel, std::string> provide_guest_kernel(std::string_view argument,
                                                             const Progress& progress);

/// Architecture and release without a download: of a Debian name the line ("6.1") stands for a release that
/// nobody asked for yet.
std::expected<GuestKernel, std::string> describe_guest_kernel(std::string_view argument);

}  // namespace tailbound::engine::vm
