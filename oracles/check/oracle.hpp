// The oracles by name: one table that says what each judges, when, and after which properties its findings
// are named.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "oracles/verdict.hpp"

namespace tailbound {

struct Hearing;  // oracles/judge/hearing.hpp: an observation and all that it may be held against

/// In the order of judging: the machine code before what it did, what runs the engine again last.
enum class OracleId : std::uint8_t {
  acceptance,
  encoding,
  ended,
  prediction,
  bound,
  frame,
  agreement,
  engine_agreement,
  machine_stack,
  expectations,
  path,
  determinism,
  independence,
};
inline constexpr std::size_t oracle_count = 13;

/// Why an oracle could not judge. `none`: it judged.
enum class WhyNot : std::uint8_t {
  none,
  unavailable,       // the engine could not take the scenario
  no_code,           // the engine shows no machine code
  not_measured,      // no run's machine stack was measured
  no_bound,          // the scheme bounds no machine stack
  no_peer,           // no other engine of the profile ran
  reference,         // it is this one that the others are held against
  not_asked,         // only `run` and `replay` ask for what the file expects
  nothing_expected,  // the file expects nothing
  unfinished,        // a run did not end by itself
  long_trace,        // a trace longer than the ledger's ring, or out of fuel (shorter runs are judged)
  attachments,       // they start programs that no path tells of
  unasked,           // the interpreter checks one scenario in so many
  no_model,          // code from elsewhere, which the model cannot walk
  no_room,           // a variant fits no limits record or engine (the others are judged)
  refused,           // a verifier refused it: acceptance speaks
  no_verifier,       // nothing decides what this engine runs
  models_design,     // the engine counts as the model does, or in a way that no model predicts
};
inline constexpr std::size_t why_nots = 18;
/// A clause: "the engine shows no machine code".
std::string_view text(WhyNot why);

/// What an oracle says of one observation.
struct Ruling {
  Verdict verdict;
  WhyNot why_not = WhyNot::none;
};

enum class When : std::uint8_t {
  always,      // of every scenario
  sampled,     // of one scenario in so many
  on_request,  // where a caller asks for it
};
std::string_view text(When when);

struct Oracle {
  OracleId id;
  std::string_view name;     // as --only and --without take it
  std::string_view summary;  // one sentence
  When when;
  std::span<const Property> properties;  // that its findings are named after; no other oracle's are
  Ruling (*judge)(Hearing&);
};

/// All, by id.
std::span<const Oracle, oracle_count> oracles();
const Oracle& oracle(OracleId id);
/// nullptr when there is none of that name.
const Oracle* find_oracle(std::string_view name);

/// How often an oracle judged an engine's observation of a scenario, and how often it could not, by reason. A
/// worker counts in memory that it shares: each number has one writer and any readers.
struct OracleCount {
  std::uint64_t judged = 0;
  std::array<std::uint64_t, why_nots> could_not{};

  void add(WhyNot why);
  /// Into a sum of one's own, while the writer may be counting.
  void add_to(OracleCount& sum) const;
};
using OracleCounts = std::array<OracleCount, oracle_count>;

}  // namespace tailbound
