// The interpreter's machine: registers, frames and one run of a loaded scenario.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "jit/bpf/lowered.hpp"
#include "jit/bpf/profile.hpp"
#include "oracles/engine/interpreter_memory.hpp"
#include "oracles/engine/interpreter_tail_call.hpp"
#include "oracles/observation.hpp"

namespace tailbound::engine::interpreter {

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
  /// What a local call leaves behind for its return.
  struct Caller {
    std::uint16_t program;
    const bpf::Insn* code;
    const bpf::Insn* next;
    std::array<std::uint64_t, 4> kept;  // r6 to r9
  };
  /// The instruction to execute next; nullptr: the run has ended.
  using Next = const bpf::Insn*;

  std::uint64_t steps_allowed() const;
  void start(std::uint16_t program, std::uint64_t fuel);
  RunStatus execute();
  Next step(const bpf::Insn& insn);

  template <class Word>
  Next alu(const bpf::Insn& insn);
  std::uint64_t right_side(const bpf::Insn& insn) const;
  template <class Word>
  Next jump(const bpf::Insn& insn);
  Next jump_call_or_exit(const bpf::Insn& insn);

  Next load_imm64(const bpf::Insn& insn);
  Next load(const bpf::Insn& insn);
  template <class Value>
  Next load_as(const bpf::Insn& insn);
  Next store(const bpf::Insn& insn, std::uint64_t value);
  Next atomic(const bpf::Insn& insn);
  template <class Word>
  Next atomic_as(const bpf::Insn& insn);

  Next call(const bpf::Insn& insn);
  Next call_local(const bpf::Insn& insn);
  Next call_helper(const bpf::Insn& insn);
  Next lookup(const bpf::Insn& insn);
  Next update(const bpf::Insn& insn);
  Next tail_call(const bpf::Insn& insn);
  Next leave();

  void enter(Next first);
  void clobber_arguments();
  Next fail(const bpf::Insn& insn, std::string_view kind, std::uint64_t address = 0);
  static Next following(const bpf::Insn& insn) { return &insn + 1; }
  std::uint64_t pc_of(const bpf::Insn& insn) const { return static_cast<std::uint64_t>(&insn - code_); }
  std::uint64_t& dst(const bpf::Insn& insn) { return regs_[insn.dst]; }
  std::uint64_t src(const bpf::Insn& insn) const { return regs_[insn.src]; }

  const bpf::Profile& profile_;
  const bpf::Lowered* lowered_ = nullptr;
  Memory memory_;
  Slots slots_;
  std::vector<bpf::Insn> code_of_all_;   // screened, one program after the other
  std::vector<std::size_t> first_insn_;  // by program
  std::size_t longest_program_ = 0;
  std::vector<bpf::AtEntry> at_entry_;

  std::array<std::uint64_t, bpf::register_count> regs_{};
  std::uint16_t program_ = 0;        // that is running
  const bpf::Insn* code_ = nullptr;  // its instructions
  std::vector<Caller> callers_;
  TailCallCount count_;
  std::uint64_t times_ = 0;    // calls of the time helper
  std::uint64_t randoms_ = 0;  // calls of the pseudo-random helper
  Fault fault_;
};

}  // namespace tailbound::engine::interpreter
