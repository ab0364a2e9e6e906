// Kernels from Debian, downloaded once: $XDG_CACHE_HOME/tailbound/kernels/NAME/VERSION/{vmlinuz, modules/*.ko}.
#pragma once

#include <expected>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "oracles/engine/vm/debian_kernel.hpp"

namespace tailbound::engine::vm {

struct CachedKernel {
  std::filesystem::path image;
  std::filesystem::path
      modules;          // folder of what must be loaded, named so that their order is that of the names
  std::string version;  // "6.1.192-2"
};

using Progress = std::function<void(const std::string& line)>;

/// From the cache, else through apt. apt is asked once a day what is newest; where it cannot be asked, the
/// newest of the cache serves. Error: one line.
std::expected<CachedKernel, std::string> provide_kernel(const DebianKernel& kernel, const Progress& progress);

/// What the cache has of it, without asking anybody.
std::optional<CachedKernel> cached_kernel(const DebianKernel& kernel);

/// Where caches lie, or why there is no place for them.
std::expected<std::filesystem::path, std::string> cache_folder();
/// Where logs of guests go: $XDG_STATE_HOME/tailbound/guests.
std::expected<std::filesystem::path, std::string> log_folder();

}  // namespace tailbound::engine::vm
