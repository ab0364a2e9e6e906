// A corpus folder: scenarios as .graph text, one a file, so that people can read it and `tailbound run` takes it.
#pragma once

#include <cstddef>
#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "jit/bpf/scenario.hpp"

namespace tailbound::fuzz {

struct Corpus {
  std::vector<bpf::Scenario> scenarios;
  /// Files that hold no scenario; they are left as they are.
  std::size_t foreign = 0;
  std::vector<std::string> complaints;  // for the first of those: "PATH: why"
};

/// Reads a folder, in the order of the names; makes it if it is missing. Folders in it are not looked into. Error: why
/// it cannot be read or written.
std::expected<Corpus, std::string> open_corpus(const std::filesystem::path& folder);

/// Writes a scenario under a name made of its content; what is there already stays. Any number of processes may write
/// at once. Error: "PATH: why".
std::expected<void, std::string> keep_in_corpus(const std::filesystem::path& folder, const bpf::Scenario& scenario);

}  // namespace tailbound::fuzz
