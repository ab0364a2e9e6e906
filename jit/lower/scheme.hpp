// A scheme: one design of tail-call counting, as named steps that an arch's emitter runs in order. A planted fault
// swaps, drops or doubles a step; nothing in the emitters asks which scheme it is.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "jit/bpf/profile.hpp"
#include "jit/lower/frame.hpp"
#include "jit/lower/options.hpp"

namespace tailbound::jit {

template <class Emitter>
struct Step {
  std::string_view name;
  void (*emit)(Emitter&);
};

/// What a report prints of a scheme and what decides how it is judged.
struct SchemeIdentity {
  std::string_view name;
  std::string_view arch;
  std::string_view summary;   // one sentence
  std::string_view source;    // kernel commits, or mail
  const bpf::Profile* profile = nullptr;
  bool meant_sound = false;   // a hypothesis: the search tests it
  bool wild = false;          // a broken pointer may be written through: runs in a forked worker
  bool by_value = false;      // a call hands over a copy of the count, as the closed form by value has it
  /// Held to be unsound, yet no generated scenario shows it: what one would need.
  std::string_view not_shown_by = {};
  bool nests_within_limit = false;  // no path of live frames holds more than 33 tail calls (stack_bound.hpp)
};

/// How the count lies in a frame, for pictures and proofs: offsets from the frame pointer, 0 for none.
struct CountSlots {
  std::int32_t count = 0;
  std::int32_t pointer = 0;
  /// The function's own count is in this register, and what lies at `count` is its caller's.
  std::string_view own_in = {};
};

template <class Emitter>
struct Scheme {
  using Steps = std::vector<Step<Emitter>>;

  SchemeIdentity identity;
  Steps prologue;
  Steps call_site;           // before a call of a subprogram
  Steps after_call;          // behind it
  Steps helper_site;         // before a call of a helper
  Steps tail_call_direct;
  Steps tail_call_indirect;
  Steps epilogue;
  Steps trampoline;          // empty: attachments are not emitted under this scheme
  /// Where a tail call enters a main, bytes from its start.
  std::uint32_t (*landing)(const Options&) = nullptr;
  /// Bytes of machine stack that one frame takes, return address included.
  std::uint32_t (*frame_bytes)(const Frame&) = nullptr;
  /// What a main takes beyond that where it is entered from outside; nullptr: nothing.
  std::uint32_t (*entry_bytes)(const Frame&) = nullptr;
  CountSlots (*slots)(const Frame&) = nullptr;
  /// How bodies are compiled, where an arch's schemes differ in more than the steps.
  typename Emitter::Lowering lowering = {};
};

/// A list of steps of a scheme.
template <class Emitter>
struct StepPlace {
  std::string_view name;
  std::string_view where;  // as documents say it
  typename Scheme<Emitter>::Steps Scheme<Emitter>::*steps;
};

/// All that are emitted into programs.
template <class Emitter>
inline constexpr std::array<StepPlace<Emitter>, 7> step_places = {
    {{"prologue", "prologue", &Scheme<Emitter>::prologue},
     {"call site", "before a subprogram call", &Scheme<Emitter>::call_site},
     {"after call", "behind it", &Scheme<Emitter>::after_call},
     {"helper site", "before a helper call", &Scheme<Emitter>::helper_site},
     {"direct tail call", "direct tail call", &Scheme<Emitter>::tail_call_direct},
     {"indirect tail call", "indirect tail call", &Scheme<Emitter>::tail_call_indirect},
     {"epilogue", "epilogue", &Scheme<Emitter>::epilogue}}};

/// Of schemes, or views of them; nullptr: none has the name.
template <class Schemes>
auto* find_named(const Schemes& schemes, std::string_view name) {
  const auto found = std::ranges::find(schemes, name, [](const auto& scheme) { return scheme.identity.name; });
  return found == std::ranges::end(schemes) ? nullptr : &*found;
}

template <class Emitter>
void run_steps(const std::vector<Step<Emitter>>& steps, Emitter& emitter) {
  for (const Step<Emitter>& step : steps) step.emit(emitter);
}

}  // namespace tailbound::jit
