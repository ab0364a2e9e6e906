// Engines by name.
#pragma once

#include <chrono>
#include <expected>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "oracles/engine/engine.hpp"
#include "oracles/engine/vm/guest_channel.hpp"

namespace tailbound::fuzz {

struct EngineChoice {
  std::vector<std::string> engines = {"interpreter", "x86_64"};
  std::string scheme = "pointer";
  std::chrono::milliseconds time_limit{2000};  // of one run; zero: none
  engine::vm::GuestOptions guests = {};        // of engines vm:…
  bool by_default = false;  // nobody named the engines: those that cannot run here are only counted
};

/// Gets lines of progress.
using Tell = std::function<void(const std::string& line)>;

/// One engine, or a family of them.
struct EngineRow {
  std::string_view name;      // ends in ':' where an argument follows: "vm:"
  std::string_view argument;  // what follows, for messages: "KERNEL"; empty: nothing
  std::string_view summary;   // one sentence
  /// `argument` is what followed the name, and passed `check`. Cheap: what takes long (a guest's boot) waits
  /// for the first scenario, and what makes an engine unusable on this machine is said by
  /// Engine::unavailable().
  std::unique_ptr<engine::Engine> (*make)(std::string_view argument, const EngineChoice& choice);
  /// Whether `argument` can be one, without making anything; nullptr where none follows.
  std::expected<void, std::string> (*check)(std::string_view argument) = nullptr;
  /// Whether its JIT has the scheme; nullptr where it has no schemes of its own.
  bool (*has_scheme)(std::string_view scheme) = nullptr;
  /// What takes long, is needed once and can be done before any engine is made (a download); nullptr: nothing.
  std::expected<void, std::string> (*prepare)(std::string_view argument, const EngineChoice& choice,
                                            const Tell& tell) = nullptr;
  /// How long one scenario may keep a worker that was told to stop.
  std::chrono::seconds last_scenario{10};
};

std::span<const EngineRow> engine_rows();

/// Those that the choice names, in its order. Error: the unknown name and what was expected.
std::expected<std::vector<std::unique_ptr<engine::Engine>>, std::string> make_engines(
    const EngineChoice& choice);

/// Once, before engines are made in as many processes as one likes. Error: "engine 'NAME': why".
std::expected<void, std::string> prepare_engines(const EngineChoice& choice, const Tell& tell);

/// Whether this machine can run each engine that somebody named. Boots nothing: a guest says so itself, later. Error:
/// "NAME is unavailable: why".
std::expected<void, std::string> check_usable(const EngineChoice& choice);

/// The longest of EngineRow::last_scenario.
std::chrono::seconds last_scenario(const EngineChoice& choice);

/// Checks the names without making anything. Of the engines with schemes one must have the chosen one; the others are
/// unavailable under it.
std::expected<void, std::string> check_names(const EngineChoice& choice);

/// Of a valid choice: whether the engine has schemes, but not the chosen one.
bool lacks_scheme(std::string_view engine, const EngineChoice& choice);

/// "a, b or c" for messages.
std::string engine_names();
std::string scheme_names();
std::string x86_64_scheme_names();

}  // namespace tailbound::fuzz
