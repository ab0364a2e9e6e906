// Engines by name.
#pragma once

#include <chrono>
#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "oracles/engine/engine.hpp"

namespace tailbound::fuzz {

struct EngineChoice {
  std::vector<std::string> engines = {"interpreter", "x86_64"};
  std::string scheme = "pointer";
  std::chrono::milliseconds time_limit{2000};  // of one run; zero: none
};

/// All of one scheme's profile. Error: the unknown name and what was expected.
std::expected<std::vector<std::unique_ptr<engine::Engine>>, std::string> make_engines(const EngineChoice& choice);

/// Checks the names without making anything.
std::expected<void, std::string> check_names(const EngineChoice& choice);

/// "a, b or c" for messages.
std::string engine_names();
std::string scheme_names();

}  // namespace tailbound::fuzz
