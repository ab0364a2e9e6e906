#include "oracles/engine/vm/kernel_cache.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <optional>
#include <system_error>

#include "oracles/engine/kernel/fd.hpp"
#include "oracles/engine/vm/apt.hpp"
#include "oracles/engine/vm/debian_version.hpp"
#include "oracles/engine/vm/kernel_image.hpp"

namespace tailbound::engine::vm {

namespace fs = std::filesystem;

namespace {

/// What virtio-serial needs, each after those whose symbols it uses; built into newer kernels.
constexpr std::array<std::string_view, 6> wanted_modules = {
    "virtio/virtio_ring.ko",           "virtio/virtio.ko",     "virtio/virtio_pci_legacy_dev.ko",
    "virtio/virtio_pci_modern_dev.ko", "virtio/virtio_pci.ko", "char/virtio_console.ko"};

std::expected<fs::path, std::string> folder_of(const char* variable, const char* below_home) {
  if (const char* const set = std::getenv(variable); set != nullptr && *set == '/')
    return fs::path(set) / "tailbound";
  const char* const home = std::getenv("HOME");
  if (home == nullptr || *home != '/')
    return std::unexpected(fmt::format("neither {} nor HOME is set", variable));
  return fs::path(home) / below_home / "tailbound";
}

std::unexpected<std::string> trouble(const fs::path& path, const std::error_code& error) {
  return std::unexpected(fmt::format("{}: {}", path.string(), error.message()));
}

/// Held while the cache is filled, so that processes that start together download once.
std::expected<kernel::Fd, std::string> lock(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return trouble(folder, error);
  kernel::Fd file(::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (file.get() < 0 || ::flock(file.get(), LOCK_EX) != 0)
    return std::unexpected(fmt::format("{}: {}", (folder / "lock").string(), std::strerror(errno)));
  return file;
}

CachedKernel in_cache(const fs::path& folder) {
  return {folder / "vmlinuz", folder / "modules", folder.filename()};
}

std::optional<CachedKernel> newest_cached(const fs::path& folder, const std::string& pinned) {
  std::optional<CachedKernel> newest;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string version = entry.path().filename();
    if (!pinned.empty() && version != pinned && !version.starts_with(pinned + "-")) continue;
    if (!fs::exists(entry.path() / "vmlinuz", error)) continue;
    if (!newest || compare_versions(newest->version, version) < 0) newest = in_cache(entry.path());
  }
  return newest;
}

bool fresh(const fs::path& stamp) {
  std::error_code error;
  const auto written = fs::last_write_time(stamp, error);
  return !error && fs::file_time_type::clock::now() - written < std::chrono::hours(24);
}

fs::path file_in(const fs::path& folder, std::string_view prefix) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().filename().string().starts_with(prefix)) return entry.path();
  }
  return {};
}

/// Keeps of an unpacked package what a guest needs.
std::expected<void, std::string> keep(const fs::path& unpacked, const fs::path& into) {
  std::error_code error;
  fs::create_directories(into / "modules", error);
  if (error) return trouble(into, error);
  const fs::path image = file_in(unpacked / "boot", "vmlinuz");
  if (image.empty()) return std::unexpected("the package has no boot/vmlinuz*");
  fs::rename(image, into / "vmlinuz", error);
  if (error) return trouble(image, error);
  const fs::path drivers = file_in(unpacked / "lib" / "modules", "") / "kernel" / "drivers";
  for (std::size_t i = 0; i < wanted_modules.size(); ++i) {
    const fs::path module = drivers / wanted_modules[i];
    if (!fs::exists(module, error)) continue;
    fs::rename(module, into / "modules" / fmt::format("{}-{}", i, module.filename().string()), error);
    if (error) return trouble(module, error);
  }
  return {};
}

/// Downloads beside its place and moves it there whole.
std::expected<CachedKernel, std::string> download(Apt& apt, const Package& package, const fs::path& folder) {
  const fs::path partial = folder / fmt::format(".partial-{}", package.version);
  const fs::path place = folder / package.version;
  std::error_code error;
  fs::remove_all(partial, error);
  fs::create_directories(partial / "package", error);
  if (error) return trouble(partial, error);
  auto done = apt.unpack(package, partial / "package");
  if (done) done = keep(partial / "package", partial / "kept");
  if (done) {
    fs::rename(partial / "kept", place, error);
    if (error) done = trouble(place, error);
  }
  fs::remove_all(partial, error);
  if (!done) return std::unexpected(done.error());
  return in_cache(place);
}

std::expected<Package, std::string> ask(Apt& apt, const DebianKernel& kernel) {
  auto updated = apt.update();
  auto madison = apt.madison(package_prefix(kernel));
  if (!madison) return std::unexpected(updated ? madison.error() : updated.error());
  auto package = select_package(*madison, kernel);
  // A source that failed may be one that has nothing to do with it; it counts only where nothing was found.
  if (!package && !updated) return std::unexpected(updated.error());
  return package;
}

std::expected<CachedKernel, std::string> through_apt(const DebianKernel& kernel, const fs::path& cache,
                                                     const Progress& progress) {
  const fs::path folder = cache / "kernels" / kernel.name();
  Apt apt(cache / "apt" / machine_of(kernel.architecture).name, kernel.architecture);
  progress("asking apt for Debian's kernels");
  const auto package = ask(apt, kernel);
  if (!package) return std::unexpected(package.error());
  if (auto cached = newest_cached(folder, package->version)) return *cached;
  progress(fmt::format("downloading {} {}", package->name, package->version));
  return download(apt, *package, folder);
}

void touch(const fs::path& stamp) { std::ofstream(stamp) << ""; }

}  // namespace

std::expected<fs::path, std::string> cache_folder() { return folder_of("XDG_CACHE_HOME", ".cache"); }

std::expected<fs::path, std::string> log_folder() {
  auto folder = folder_of("XDG_STATE_HOME", ".local/state");
  if (folder) *folder /= "guests";
  return folder;
}

std::optional<CachedKernel> cached_kernel(const DebianKernel& kernel) {
  const auto cache = cache_folder();
  if (!cache) return std::nullopt;
  return newest_cached(*cache / "kernels" / kernel.name(), kernel.pinned);
}

std::expected<CachedKernel, std::string> provide_kernel(const DebianKernel& kernel, const Progress& progress) {
  const auto cache = cache_folder();
  if (!cache) return std::unexpected(cache.error());
  const fs::path folder = *cache / "kernels" / kernel.name();
  const auto locked = lock(folder);
  if (!locked) return std::unexpected(locked.error());
  const auto cached = newest_cached(folder, kernel.pinned);
  const fs::path stamp = folder / "asked";
  if (cached && (!kernel.pinned.empty() || fresh(stamp))) return *cached;
  auto found = through_apt(kernel, *cache, progress);
  if (found) {
    if (kernel.pinned.empty()) touch(stamp);
    return found;
  }
  if (!cached) return found;
  progress(fmt::format("{}; taking {} from the cache", found.error(), cached->version));
  return *cached;
}

}  // namespace tailbound::engine::vm
