// The reference model: walks a scenario's statements by the tail-call rule with machine integers, and says what
// a faithful engine must show. It knows neither bytecode nor machine code.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "jit/bpf/profile.hpp"
#include "jit/bpf/scenario.hpp"
#include "oracles/model/attach_points.hpp"
#include "oracles/model/flat.hpp"
#include "oracles/model/ledger.hpp"
#include "oracles/model/machine_world.hpp"
#include "oracles/model/wrong_rule.hpp"
#include "oracles/observation.hpp"

namespace tailbound::model {

struct WalkOptions {
  Discipline discipline = Discipline::cell;
  const bpf::Profile* profile = &bpf::profile_linux();
  bool verified = false;  // the programs went through a verifier: the profile's r0_of_taken_call_ignored applies
  std::optional<std::uint64_t> fuel = std::nullopt;  // in place of the scenario's
  std::size_t keep_trace = 0;                        // entries of the full trace to keep, a run
  std::size_t keep_attempts = 256;                   // of all runs together: the first ones
};

/// One live frame.
struct Frame {
  std::uint32_t function_id = 0;
  std::uint64_t count = 0;  // what its cell holds
  std::uint32_t cell = 0;   // frames with the same cell share their count
  bool operator==(const Frame&) const = default;
};

struct TraceEntry {
  std::uint32_t function_id = 0;
  std::uint64_t count = 0;  // seen at entry
  std::uint32_t depth = 0;  // live frames, this one included
  bool by_tail_call = false;
  bool operator==(const TraceEntry&) const = default;
};

/// What one context did: its attempts by outcome.
struct ContextCount {
  std::size_t run = 0;
  std::uint32_t context = 0;  // in the order of opening; 0 is the run's own
  std::uint64_t taken = 0;
  std::uint64_t out_of_range = 0;
  std::uint64_t at_limit = 0;
  std::uint64_t empty = 0;
  bool operator==(const ContextCount&) const = default;
};

enum class AttemptKind : std::uint8_t { taken, out_of_range, at_limit, empty };

/// One tail-call attempt, as the walk came to it.
struct AttemptSeen {
  enum class Slot : std::uint8_t { as_at_start, changed_between_runs, changed_during_run };

  std::uint32_t site = 0;
  std::uint32_t function = 0;  // that attempted
  std::uint32_t index = 0;     // of the slot
  std::uint32_t program = no_program;  // in the slot
  std::uint32_t depth = 0;     // live frames, this one included
  std::uint32_t before = 0;    // the count, before
  std::uint32_t on_path = 0;   // what a count handed over by value would be here
  AttemptKind kind = AttemptKind::taken;
  Slot slot = Slot::as_at_start;
};

/// The rule is a parameter, so that a wrong one walks the same way; `swapped` are its further arguments.
template <class Rule>
class BasicWalker {
 public:
  template <class... Swapped>
  explicit BasicWalker(WalkOptions options, Swapped... swapped)
      : options_(options), rule_(Rule::of(world_, options.discipline, *options.profile, swapped...)) {}
  BasicWalker(const BasicWalker&) = delete;
  BasicWalker& operator=(const BasicWalker&) = delete;

  /// Walks every event of a valid scenario; gives the observation that a faithful engine must give: the same
  /// ledger words, cells and return values. It stays valid until the next walk.
  const Observation& walk(const bpf::Scenario& scenario);

  const WalkOptions& options() const { return options_; }

  // What the last walk did beyond the observation. Runs count from 0.
  std::span<const std::vector<TraceEntry>> traces() const { return traces_; }
  std::span<const ContextCount> contexts() const { return contexts_; }
  /// The first attempts (WalkOptions::keep_attempts), runs one after the other.
  std::span<const AttemptSeen> attempts() const { return attempts_; }
  /// An asm statement ran: the model does not know what it added to the ledger's `live` word.
  bool asm_seen(std::size_t run) const { return asm_seen_[run] != 0; }

  /// The live frames, outermost first, at entry number `entry` (from 0) of run number `run`, the entered frame
  /// included; empty when there is no such entry. Walks the scenario again.
  std::vector<Frame> frames_at(const bpf::Scenario& scenario, std::size_t run, std::uint64_t entry);

 private:
  struct LiveFrame {
    std::uint32_t function = 0;
    MachineWorld::Ref cell = 0;
    std::uint32_t on_path = 0;  // AttemptSeen::on_path
  };
  struct ChangeAtEntry {
    std::uint32_t function = 0;
    std::uint32_t count = 0;
    std::uint32_t slot = 0;
    std::uint32_t program = no_program;
  };
  /// How a body ended: with a value, or in a tail call.
  struct BodyEnd {
    std::uint64_t value = 0;
    std::uint32_t target = no_program;  // a function id
  };
  struct Capture {
    std::size_t run = 0;
    std::uint64_t entry = 0;
  };

  void start(const bpf::Scenario& scenario);
  void take(const bpf::Event& event);
  void run(std::uint32_t program);
  void mark_attached();

  // An entry that passes the function's attach point, what it may start there, and one frame's life.
  std::uint64_t arrive(std::uint32_t function, MachineWorld::Ref cell);
  std::uint64_t enter_replacement(std::uint32_t main, MachineWorld::Ref target);
  void enter_probe(std::uint32_t main, MachineWorld::Ref target);
  std::uint64_t in_own_context(std::uint32_t main, MachineWorld::Ref interrupted);
  MachineWorld::Ref open_context();
  std::uint64_t live_frame(std::uint32_t function, MachineWorld::Ref cell);
  bool record_entry(std::uint32_t function, bool by_tail_call);
  void observe_entry(std::uint32_t function, bool by_tail_call, std::uint64_t entry);
  void keep_runs(std::size_t runs);
  void change_slots(std::uint32_t function);

  BodyEnd walk_body(std::uint32_t function);
  std::uint32_t attempt(const FlatOp& op);
  bool goes_on(const FlatOp& branch);
  void keep(const FlatOp& op, std::uint32_t index, std::uint32_t program, const typename Rule::Attempt& outcome);
  std::uint64_t evaluate(const FlatExpr& expr) { return expr.is_number() ? expr.number : compute(expr); }
  std::uint64_t compute(const FlatExpr& expr);
  std::uint64_t operand(const FlatOperand& operand);
  std::uint64_t call(std::uint32_t function);
  LiveFrame& frame() { return frames_.back(); }

  WalkOptions options_;
  MachineWorld world_;
  Rule rule_;
  std::uint64_t fuel_ = 0;

  Flat flat_;
  Ledger ledger_;
  AttachPoints attach_points_;
  std::vector<ChangeAtEntry> changes_;
  std::vector<std::uint8_t> attached_;    // by function id
  std::vector<std::uint8_t> changes_at_;  // by function id

  std::vector<LiveFrame> frames_;
  std::size_t context_ = 0;  // the open one, in contexts_
  std::uint32_t next_context_ = 0;

  Observation seen_;
  std::vector<RunObservation> spare_;  // their buffers are used again
  std::size_t run_ = 0;
  bool entries_matter_ = false;  // beyond the ledger: traces, a capture, changes at entries
  std::vector<std::vector<TraceEntry>> traces_;
  std::vector<ContextCount> contexts_;
  std::vector<AttemptSeen> attempts_;
  std::vector<AttemptSeen::Slot> slot_state_;  // by position
  std::vector<std::uint8_t> asm_seen_;
  std::optional<Capture> capture_;
  std::vector<Frame> captured_;
};

using Walker = BasicWalker<MachineRule>;
using WrongWalker = BasicWalker<WrongRule<MachineWorld>>;

extern template class BasicWalker<MachineRule>;
extern template class BasicWalker<WrongRule<MachineWorld>>;

}  // namespace tailbound::model
