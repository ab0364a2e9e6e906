#include "fuzz/campaign/engines.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "fuzz/campaign/schemes.hpp"
#include "jit/x86_64/schemes.hpp"

namespace tailbound::fuzz {

namespace {

std::string join(const std::vector<std::string>& words) {
  if (words.size() == 1) return words[0];
  return fmt::format("{} or {}", fmt::join(words.begin(), words.end() - 1, ", "), words.back());
}

/// A row and what the name says beyond it.
struct Named {
  const EngineRow* row = nullptr;
  std::string_view argument;
};

Named find_row(std::string_view name) {
  for (const EngineRow& row : engine_rows()) {
    if (row.argument.empty() ? name == row.name : name.starts_with(row.name)) {
      return {&row, name.substr(row.name.size())};
    }
  }
  return {};
}

std::expected<void, std::string> check_engine(std::string_view name) {
  const Named named = find_row(name);
  if (named.row == nullptr) {
    return std::unexpected(fmt::format("unknown engine '{}'; expected {}", name, engine_names()));
  }
  if (named.row->check == nullptr) return {};
  auto valid = named.row->check(named.argument);
  if (!valid) return std::unexpected(fmt::format("engine '{}': {}", name, valid.error()));
  return {};
}

/// One of the engines that have schemes has it, where there is such an engine.
std::expected<void, std::string> check_scheme(const EngineChoice& choice) {
  bool with_schemes = false;
  for (const std::string& name : choice.engines) {
    const auto has = find_row(name).row->has_scheme;
    if (has != nullptr && has(choice.scheme)) return {};
    with_schemes |= has != nullptr;
  }
  if (!with_schemes) return {};
  return std::unexpected(fmt::format("no chosen engine has the scheme '{}': {}; see tailbound schemes", choice.scheme,
                                     fmt::join(choice.engines, ", ")));
}

}  // namespace

std::string engine_names() {
  std::vector<std::string> words;
  for (const EngineRow& row : engine_rows()) words.push_back(fmt::format("{}{}", row.name, row.argument));
  return join(words);
}

std::string scheme_names() {
  const auto names = all_scheme_names();
  return join({names.begin(), names.end()});
}

std::string x86_64_scheme_names() {
  std::vector<std::string> words;
  for (const x86_64::Scheme& scheme : x86_64::schemes()) words.emplace_back(scheme.identity.name);
  return join(words);
}

std::expected<void, std::string> check_names(const EngineChoice& choice) {
  if (find_scheme(choice.scheme) == nullptr) {
    return std::unexpected(fmt::format("unknown scheme '{}'; expected {}", choice.scheme, scheme_names()));
  }
  if (choice.engines.empty()) return std::unexpected(fmt::format("no engine; expected {}", engine_names()));
  for (auto at = choice.engines.begin(); at != choice.engines.end(); ++at) {
    if (auto valid = check_engine(*at); !valid) return valid;
    if (std::find(choice.engines.begin(), at, *at) != at) {
      return std::unexpected(fmt::format("engine '{}' is named twice", *at));
    }
  }
  return check_scheme(choice);
}

bool lacks_scheme(std::string_view engine, const EngineChoice& choice) {
  const auto has = find_row(engine).row->has_scheme;
  return has != nullptr && !has(choice.scheme);
}

std::expected<std::vector<std::unique_ptr<engine::Engine>>, std::string> make_engines(
    const EngineChoice& choice) {
  if (auto valid = check_names(choice); !valid) return std::unexpected(valid.error());
  std::vector<std::unique_ptr<engine::Engine>> engines;
  for (const std::string& name : choice.engines) {
    const Named named = find_row(name);
    engines.push_back(named.row->make(named.argument, choice));
  }
  return engines;
}

std::expected<void, std::string> prepare_engines(const EngineChoice& choice, const Tell& tell) {
  for (const std::string& name : choice.engines) {
    const Named named = find_row(name);
    if (named.row == nullptr || named.row->prepare == nullptr) continue;
    auto ready = named.row->prepare(named.argument, choice, [&](const std::string& line) { tell(name + ": " + line); });
    if (!ready) return std::unexpected(fmt::format("engine '{}': {}", name, ready.error()));
  }
  return {};
}

std::expected<void, std::string> check_usable(const EngineChoice& choice) {
  if (choice.by_default) return {};
  for (const std::string& name : choice.engines) {
    const Named named = find_row(name);
    if (named.row->prepare != nullptr || lacks_scheme(name, choice)) continue;
    if (const auto why = named.row->make(named.argument, choice)->unavailable())
      return std::unexpected(fmt::format("{} is unavailable: {}", name, *why));
  }
  return {};
}

std::chrono::seconds last_scenario(const EngineChoice& choice) {
  std::chrono::seconds longest{0};
  for (const std::string& name : choice.engines) {
    if (const EngineRow* const row = find_row(name).row) longest = std::max(longest, row->last_scenario);
  }
  return longest;
}

}  // namespace tailbound::fuzz
