// What runs a scenario. One interface for the interpreter, both JITs and real kernels.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "jit/bpf/lowered.hpp"
#include "jit/bpf/profile.hpp"
#include "oracles/observation.hpp"

namespace tailbound::engine {

/// Who speaks: what a report prints and what decides which semantics an engine is judged under.
struct Identity {
  std::string name;     // "interpreter", "x86_64", …
  std::string scheme;   // a scheme's or a kernel's name; empty where there is none
  std::string options;  // "ibt,retpolines", …; empty for none
  const bpf::Profile* profile = nullptr;
  bool by_value = false;  // a call hands over a copy of the count: what the oracle `prediction` walks by
  bool verifies = false;  // a verifier decides what runs: what it refuses is the oracle `acceptance`'s
  bool emulated = false;    // its code runs under an emulator: dear

  /// "x86_64/pointer"
  std::string text() const { return scheme.empty() ? name : name + "/" + scheme; }
};

class Engine {
 public:
  virtual ~Engine() = default;
  virtual const Identity& identity() const = 0;
  /// Why this engine cannot run at all on this machine; nothing when it can.
  virtual std::optional<std::string> unavailable() const { return std::nullopt; }
  /// Runs each scenario's events in order, each scenario on fresh maps. The observations (one a scenario, each
  /// with one entry a `run` event) stay valid until the next call. A scenario with an event that the engine
  /// does not support gives an Observation whose `unavailable` says which.
  virtual std::span<const Observation> run(std::span<const bpf::Lowered> batch) = 0;

  /// How many scenarios a call of run() should bring where speed matters.
  virtual std::size_t batch() const { return 1; }

  /// Bytes of machine stack that no run of the scenario that it ran last may exceed (RunObservation::stack_used);
  /// nothing where the engine has no machine stack, or its scheme no bound.
  virtual std::optional<std::uint64_t> stack_bound() { return std::nullopt; }

  const Observation& run_one(const bpf::Lowered& lowered) { return run({&lowered, 1}).front(); }
};

/// The event of this scenario that engines without attachments cannot take; empty: none.
std::string_view unsupported_event(const bpf::Lowered& lowered);

/// The reference reading of the instruction set and of tail calls, under a profile.
std::unique_ptr<Engine> make_interpreter(const bpf::Profile& profile);

}  // namespace tailbound::engine
