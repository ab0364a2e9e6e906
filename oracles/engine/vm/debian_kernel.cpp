#include "oracles/engine/vm/debian_kernel.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <vector>

#include "oracles/engine/vm/debian_version.hpp"

namespace tailbound::engine::vm {

namespace {

bool is_number(std::string_view text) {
  return !text.empty() && text.size() < 6 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// "6.1"
bool is_line(std::string_view text) {
  const std::size_t dot = text.find('.');
  return dot != std::string_view::npos && is_number(text.substr(0, dot)) && is_number(text.substr(dot + 1));
}

bool is_version(std::string_view text) {
  return !text.empty() && text.size() < 64 && std::isdigit(static_cast<unsigned char>(text[0])) != 0 &&
         std::ranges::all_of(text, [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string_view(".+-~").contains(c);
         });
}

std::optional<Architecture> find_architecture(std::string_view name) {
  for (const Machine& machine : machines()) {
    if (machine.name == name) return machine.architecture;
  }
  return std::nullopt;
}

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

/// "NAME | VERSION | SUITE Packages"
std::optional<Package> package_of(std::string_view line) {
  const std::size_t first = line.find('|');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = line.find('|', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  return Package{std::string(trim(line.substr(0, first))),
                 std::string(trim(line.substr(first + 1, second - first - 1)))};
}

/// Not the packages without content that name the newest one, nor unsigned or debugging ones.
bool is_of(const Package& package, const DebianKernel& kernel) {
  const std::string suffix = fmt::format("-cloud-{}", machine_of(kernel.architecture).name);
  return package.name.starts_with(package_prefix(kernel) + ".") && package.name.ends_with(suffix) &&
         package.version.starts_with(kernel.line + ".");
}

bool is_pinned(const Package& package, const std::string& pinned) {
  return pinned.empty() || package.version == pinned || package.version.starts_with(pinned + "-");
}

std::unexpected<std::string> none(const DebianKernel& kernel, std::vector<std::string> versions) {
  if (versions.empty())
    return std::unexpected(fmt::format("apt's configured suites have no package {}.*-cloud-{}",
                                       package_prefix(kernel), machine_of(kernel.architecture).name));
  std::ranges::sort(versions, [](const auto& a, const auto& b) { return compare_versions(a, b) < 0; });
  const auto repeated = std::ranges::unique(versions);
  versions.erase(repeated.begin(), repeated.end());
  return std::unexpected(fmt::format("apt's configured suites have no version {} of {}; they have {}",
                                     kernel.pinned, kernel.name(), fmt::join(versions, ", ")));
}

}  // namespace

std::string DebianKernel::name() const {
  return fmt::format("{}{}-{}", debian_prefix, line, machine_of(architecture).name);
}

std::string package_prefix(const DebianKernel& kernel) { return "linux-image-" + kernel.line; }

std::expected<DebianKernel, std::string> parse_debian_kernel(std::string_view text) {
  const auto wrong = [text](std::string_view what) {
    return std::unexpected(
        fmt::format("{} in '{}'; expected debian-6.1-amd64, debian-6.12-arm64 or the like, with =VERSION "
                    "for one of its versions",
                    what, text));
  };
  std::string_view rest = text;
  if (!rest.starts_with(debian_prefix)) return wrong("no 'debian-'");
  rest.remove_prefix(debian_prefix.size());
  DebianKernel kernel;
  if (const std::size_t equals = rest.find('='); equals != std::string_view::npos) {
    kernel.pinned = rest.substr(equals + 1);
    rest = rest.substr(0, equals);
    if (!is_version(kernel.pinned)) return wrong("no version after '='");
  }
  const std::size_t dash = rest.find('-');
  kernel.line = rest.substr(0, dash);
  if (!is_line(kernel.line)) return wrong("no line of kernels");
  const auto architecture = find_architecture(dash == std::string_view::npos ? "" : rest.substr(dash + 1));
  if (!architecture) return wrong("no architecture (amd64 or arm64)");
  kernel.architecture = *architecture;
  return kernel;
}

std::expected<Package, std::string> select_package(std::string_view madison, const DebianKernel& kernel) {
  std::optional<Package> newest;
  std::vector<std::string> versions;
  while (!madison.empty()) {
    const std::string_view line = madison.substr(0, madison.find('\n'));
    madison.remove_prefix(std::min(madison.size(), line.size() + 1));
    auto package = package_of(line);
    if (!package || !is_of(*package, kernel)) continue;
    versions.push_back(package->version);
    if (!is_pinned(*package, kernel.pinned)) continue;
    if (!newest || compare_versions(newest->version, package->version) < 0) newest = std::move(package);
  }
  if (newest) return *newest;
  return none(kernel, std::move(versions));
}

}  // namespace tailbound::engine::vm
