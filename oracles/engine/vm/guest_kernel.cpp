#include "oracles/engine/vm/guest_kernel.hpp"

#include <fmt/format.h>

#include "oracles/engine/vm/debian_kernel.hpp"
#include "oracles/engine/vm/kernel_image.hpp"

namespace tailbound::engine::vm {

namespace {

std::expected<GuestKernel, std::string> own_kernel(std::string_view path) {
  auto image = recognise_file(std::string(path));
  if (!image) return std::unexpected(image.error());
  return GuestKernel{.name = std::string(path),
                     .architecture = image->architecture,
                     .image = path,
                     .modules = {},
                     .release = std::move(image->version)};
}

bool is_debian(std::string_view argument) { return argument.starts_with(debian_prefix); }

}  // namespace

std::expected<GuestKernel, std::string> describe_guest_kernel(std::string_view argument) {
  if (!is_debian(argument)) return own_kernel(argument);
  const auto kernel = parse_debian_kernel(argument);
  if (!kernel) return std::unexpected(kernel.error());
  const auto cached = cached_kernel(*kernel);
  return GuestKernel{.name = std::string(argument),
                     .architecture = kernel->architecture,
                     .image = {},
                     .modules = {},
                     .release = cached ? cached->version : kernel->line};
}

std::expected<void, std::string> check_guest_kernel(std::string_view argument) {
  const auto kernel = describe_guest_kernel(argument);
  if (!kernel) return std::unexpected(kernel.error());
  return {};
}

std::expected<GuestKernel, std::string> provide_guest_kernel(std::string_view argument,
                                                             const Progress& progress) {
  auto kernel = describe_guest_kernel(argument);
  if (!kernel || !is_debian(argument)) return kernel;
  const auto cached = provide_kernel(*parse_debian_kernel(argument), progress);
  if (!cached) return std::unexpected(cached.error());
  kernel->image = cached->image;
  kernel->modules = cached->modules;
  kernel->release = cached->version;
  return kernel;
}

}  // namespace tailbound::engine::vm
