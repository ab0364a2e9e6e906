// Debian's cloud kernels by name, and which package a name stands for.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "oracles/engine/vm/machine.hpp"

namespace tailbound::engine::vm {

struct DebianKernel {
  std::string line;  // "6.1"
  Architecture architecture = Architecture::amd64;
  std::string pinned;  // "6.1.192-1", or its part before the dash; empty: the newest

  /// "debian-6.1-amd64"
  std::string name() const;
};

inline constexpr std::string_view debian_prefix = "debian-";

/// "debian-LINE-ARCHITECTURE[=VERSION]". Error: what was expected.
std::expected<DebianKernel, std::string> parse_debian_kernel(std::string_view text);

struct Package {
  std::string name;     // "linux-image-6.1.0-56-cloud-amd64"
  std::string version;  // "6.1.192-2"
};

/// The beginning of its packages' names, for apt.
std::string package_prefix(const DebianKernel& kernel);

/// Of what `apt-cache madison` printed, the newest (or the pinned one) of this line. Error: there is none, and
/// what there is.
std::expected<Package, std::string> select_package(std::string_view madison, const DebianKernel& kernel);

}  // namespace tailbound::engine::vm
