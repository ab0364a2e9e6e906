#include "oracles/engine/vm/guest_log.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <system_error>

#include "oracles/engine/vm/kernel_cache.hpp"

namespace tailbound::engine::vm {

namespace {

/// A name of a kernel may be a path.
std::string file_name(const std::string& kernel) {
  std::string name = kernel.substr(kernel.find_last_of('/') + 1);
  const auto now = std::chrono::system_clock::now();
  const auto nanoseconds = std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()).count();
  const auto seconds = std::chrono::system_clock::to_time_t(now);
  return fmt::format("{}-{:%Y%m%dT%H%M%S}-{:09}-{}.log", name, fmt::gmtime(seconds),
                     nanoseconds % 1'000'000'000, ::getpid());
}

}  // namespace

std::expected<std::filesystem::path, std::string> write_guest_log(const std::string& kernel,
                                                                  const GuestEnd& end) {
  auto folder = log_folder();
  if (!folder) return std::unexpected(folder.error());
  std::error_code error;
  std::filesystem::create_directories(*folder, error);
  const std::filesystem::path path = *folder / file_name(kernel);
  const std::filesystem::path partial = path.string() + ".partial";
  std::ofstream file(partial, std::ios::binary);
  file << fmt::format("guest of {}: {}: {}\n\n", kernel, end.kind, end.detail) << end.console;
  if (!end.errors.empty()) file << "\nQEMU said:\n" << end.errors;
  file.close();
  if (file) std::filesystem::rename(partial, path, error);
  if (file && !error) return path;
  std::error_code ignored;
  std::filesystem::remove(partial, ignored);
  return std::unexpected(fmt::format("{}: cannot be written", path.string()));
}

}  // namespace tailbound::engine::vm
