#include "fuzz/campaign/engines.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "jit/x86_64/schemes.hpp"
#include "oracles/engine/x86_64/engine.hpp"

namespace tailbound::fuzz {

namespace {

constexpr std::array<std::string_view, 2> names = {"interpreter", "x86_64"};

std::string join(const std::vector<std::string_view>& words) {
  if (words.size() == 1) return std::string(words[0]);
  return fmt::format("{} or {}", fmt::join(words.begin(), words.end() - 1, ", "), words.back());
}

std::unique_ptr<engine::Engine> make_engine(std::string_view name, const EngineChoice& choice) {
  const x86_64::Scheme* const scheme = x86_64::find_scheme(choice.scheme);
  if (name == "interpreter") return engine::make_interpreter(*scheme->identity.profile);
  return engine::make_x86_64({.scheme = scheme, .options = {}, .time_limit = choice.time_limit});
}

}  // namespace

std::string engine_names() { return join({names.begin(), names.end()}); }

std::string scheme_names() {
  std::vector<std::string_view> words;
  for (const x86_64::Scheme& scheme : x86_64::schemes()) words.push_back(scheme.identity.name);
  return join(words);
}

std::expected<void, std::string> check_names(const EngineChoice& choice) {
  if (x86_64::find_scheme(choice.scheme) == nullptr) {
    return std::unexpected(fmt::format("unknown scheme '{}'; expected {}", choice.scheme, scheme_names()));
  }
  if (choice.engines.empty()) return std::unexpected(fmt::format("no engine; expected {}", engine_names()));
  for (std::size_t i = 0; i < choice.engines.size(); ++i) {
    const std::string& name = choice.engines[i];
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      return std::unexpected(fmt::format("unknown engine '{}'; expected {}", name, engine_names()));
    }
    if (std::find(choice.engines.begin(), choice.engines.begin() + static_cast<std::ptrdiff_t>(i), name) !=
        choice.engines.begin() + static_cast<std::ptrdiff_t>(i)) {
      return std::unexpected(fmt::format("engine '{}' is named twice", name));
    }
  }
  return {};
}

std::expected<std::vector<std::unique_ptr<engine::Engine>>, std::string> make_engines(
    const EngineChoice& choice) {
  if (auto valid = check_names(choice); !valid) return std::unexpected(valid.error());
  std::vector<std::unique_ptr<engine::Engine>> engines;
  for (const std::string& name : choice.engines) engines.push_back(make_engine(name, choice));
  return engines;
}

}  // namespace tailbound::fuzz
