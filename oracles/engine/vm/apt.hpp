// An apt of our own: the machine's configured sources, but another architecture and folders that need no
// rights.
#pragma once

#include <chrono>
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "oracles/engine/vm/debian_kernel.hpp"

namespace tailbound::engine::vm {

class Apt {
 public:
  /// `folder`: for lists and downloads of this architecture.
  Apt(std::filesystem::path folder, Architecture architecture);

  /// Fetches the lists of packages. Error: apt's own words.
  std::expected<void, std::string> update();
  /// All packages whose names begin so, as `apt-cache madison` prints them.
  std::expected<std::string, std::string> madison(const std::string& prefix);
  /// Downloads into a folder and unpacks there, without installing anything.
  std::expected<void, std::string> unpack(const Package& package, const std::filesystem::path& into);

 private:
  std::expected<std::string, std::string> run(std::vector<std::string> command, std::chrono::seconds limit);
  std::vector<std::string> with_options(std::vector<std::string> command) const;

  std::filesystem::path folder_;
  std::string architecture_;
};

}  // namespace tailbound::engine::vm
