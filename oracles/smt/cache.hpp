// What solvers said, by the hash of what they were asked. Safe to delete at any time.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "oracles/smt/process.hpp"

namespace tailbound::smt {

class Cache {
 public:
  /// An empty folder: nothing is kept or found.
  explicit Cache(std::filesystem::path folder = {}) : folder_(std::move(folder)) {}

  /// `question` is all that the answer depends on: text, solver, version, options. An entry that is not as it
  /// was written is not found.
  std::optional<Ended> find(const std::string& question) const;
  /// Failing to write is no error: the next run asks again.
  void keep(const std::string& question, const Ended& ended) const;

 private:
  std::filesystem::path path_of(const std::string& question) const;
  std::filesystem::path folder_;
};

/// $XDG_CACHE_HOME/tailbound, else ~/.cache/tailbound; empty where neither is known.
std::filesystem::path default_cache();

}  // namespace tailbound::smt
