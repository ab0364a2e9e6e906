// What a run showed. The model's prediction has the same type, so that a check compares like with like.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "jit/bpf/lowered.hpp"

namespace tailbound {

/// How a run ended. A fault or a time-out is an observation, not an error of the engine.
enum class RunStatus : std::uint8_t { finished, fault, timeout };
std::string_view name(RunStatus status);

struct Fault {
  std::string_view kind;       // "SIGSEGV", …, "bad pointer", … ; static text
  std::uint64_t address = 0;   // what was accessed
  std::uint64_t pc = 0;        // offset into the engine's code, or instruction index
};

/// Frame balance at the end of a run, as the entry stub saw it (true where the engine cannot tell).
struct FrameState {
  bool stack_pointer = true;
  bool callee_saved = true;
  bool canaries = true;  // words above the entry frame
  bool operator==(const FrameState&) const = default;
};

/// One run (one `run` event).
struct RunObservation {
  RunStatus status = RunStatus::finished;
  std::uint64_t return_value = 0;        // r0; the low 32 bits are what a kernel shows
  std::vector<std::uint64_t> ledger;     // bpf::LedgerLayout words
  /// Tail calls taken by each context, in the order of opening; empty: one context, tail_calls() is its count.
  std::vector<std::uint64_t> contexts;
  std::vector<std::uint64_t> cells;      // all array maps of the scenario after the run, in order
  std::vector<std::uint8_t> context;     // bpf::Lowered::context after the run; empty where none was given
  Fault fault;
  FrameState frame;
  /// Bytes of machine stack from the stack pointer before the entry's call (so its return address is the first that
  /// counts) down to the deepest 8-byte word that the run wrote; 0: not measured. Room below that was reserved and
  /// never written does not count, nor does a signal handler's stack.
  std::uint64_t stack_used = 0;

  bool out_of_fuel() const { return ledger[bpf::LedgerLayout::fuel] == 0; }
  std::uint64_t attempts(const bpf::LedgerLayout& layout) const;
  std::uint64_t fall_throughs(const bpf::LedgerLayout& layout) const;
  /// Taken: attempts that did not fall through, over all contexts of the run.
  std::uint64_t tail_calls(const bpf::LedgerLayout& layout) const;
};

/// What one engine saw of one scenario.
struct Observation {
  bpf::LedgerLayout layout;
  std::string unavailable;  // why the engine could not take the scenario; empty when it ran
  std::string refused;      // class of a kernel's refusal to load it; empty: it was taken
  std::string log;          // what a kernel said of it: the verifier's last lines, or a guest's console
  std::uint64_t return_mask = UINT64_MAX;  // bits of return values that the engine shows
  std::vector<RunObservation> runs;
};

}  // namespace tailbound
