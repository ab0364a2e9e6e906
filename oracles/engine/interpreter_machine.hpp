// The interpreter's machine: registers, frames and one run of a loaded scenario. What single instructions do
// stands in interpreter_steps.cpp, calls and returns here.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "jit/bpf/lowered.hpp"
#include "jit/bpf/profile.hpp"
#include "oracles/engine/interpreter_memory.hpp"
#include "oracles/engine/interpreter_op.hpp"
#include "oracles/engine/interpreter_tail_call.hpp"
#include "oracles/observation.hpp"

namespace tailbound::engine::interpreter {

inline constexpr std::string_view bad_instruction = "bad instruction";
inline constexpr std::string_view bad_pointer = "bad pointer";
inline constexpr std::string_view call_depth = "call depth";

class Machine {
 public:
  explicit Machine(const bpf::Profile& profile) : profile_(profile) {}

  /// Fresh maps and slots. The scenario must stay until the last run of it.
  void load(const bpf::Lowered& lowered);
  void apply(const bpf::SetSlot& change);
  void apply(const bpf::SetCell& change);
  /// For every later run.
  void apply(const bpf::AtEntry& change) { at_entry_.push_back(change); }
  /// Enters the program from outside and fills every field of `seen` that this engine knows.
  void run(std::uint16_t program, std::uint64_t fuel, RunObservation& seen);

 private:
  friend struct Steps;

  /// What a local call leaves behind for its return.
  struct Caller {
    std::uint16_t program;
    const Op* code;
    const Op* next;
    std::array<std::uint64_t, 4> kept;  // r6 to r9
  };

  std::uint64_t steps_allowed() const;
  void start(std::uint16_t program, std::uint64_t fuel);
  RunStatus execute();

  // Steps. Those that give an instruction give the one to execute next; nullptr: the run has ended.
  template <class Word>
  bool do_atomic(const Op& op);
  const Op* call_local(const Op& op);
  const Op* call_helper(const Op& op);
  const Op* lookup(const Op& op);
  const Op* update(const Op& op);
  const Op* tail_call(const Op& op);
  const Op* leave(const Op& op);

  /// Makes the program the one that runs, decoding it when it is entered for the first time.
  void switch_to(std::uint16_t program);
  void enter(const Op* first);
  void clobber_arguments();
  void fail(const Op& op, std::string_view kind, std::uint64_t address = 0);
  const Op* stop(const Op& op, std::string_view kind, std::uint64_t address = 0) {
    fail(op, kind, address);
    return nullptr;
  }
  /// Pays for going back or into another function. False: too many steps, the run has ended before `next`.
  bool may_go_on(const Op& next, std::uint64_t steps) {
    if (steps_left_ <= steps) [[unlikely]] return time_out(next);
    steps_left_ -= steps;
    return true;
  }
  bool time_out(const Op& next);
  std::uint64_t pc_of(const Op& op) const { return static_cast<std::uint64_t>(&op - code_); }

  const bpf::Profile& profile_;
  const bpf::Lowered* lowered_ = nullptr;
  Memory memory_;
  Slots slots_;
  std::vector<std::vector<Op>> code_of_;  // by program; keeps its room from scenario to scenario
  std::vector<std::uint8_t> decoded_;     // by program
  std::size_t longest_program_ = 0;
  std::vector<bpf::AtEntry> at_entry_;

  std::array<std::uint64_t, bpf::register_count> regs_{};
  std::uint16_t program_ = 0;        // that is running
  const Op* code_ = nullptr;         // its instructions
  std::vector<Caller> callers_;
  std::uint64_t steps_left_ = 0;
  bool timed_out_ = false;
  TailCallCount count_;
  std::uint64_t times_ = 0;    // calls of the time helper
  std::uint64_t randoms_ = 0;  // calls of the pseudo-random helper
  Fault fault_;
};

}  // namespace tailbound::engine::interpreter
