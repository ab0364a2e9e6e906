// How much machine stack a scenario can need under a scheme.
#pragma once

#include <cstdint>
#include <vector>

#include "jit/bpf/lowered.hpp"
#include "jit/lower/frame.hpp"

namespace tailbound::jit {

/// Bytes that a scheme takes; `frame` includes the return address.
struct StackCosts {
  std::uint32_t (*frame)(const Frame&) = nullptr;
  std::uint32_t (*entry)(const Frame&) = nullptr;  // more for the frame that a run enters; nullptr: nothing
  std::uint32_t helper = 8;  // below the frame that calls one
};

/// One frame of the chain that needs most.
struct StackStep {
  bpf::FunctionRef function;
  Frame frame;
  std::uint32_t bytes = 0;
  std::uint32_t taken = 0;  // tail calls made before this frame was entered
};

struct StackBound {
  std::uint64_t bytes = 0;
  std::vector<StackStep> chain;  // outermost first; its bytes add up to `bytes` but for a helper's at the end
};

/// The largest sum of live frames over all paths of at most `limit` taken tail calls, from any `run` event,
/// with every slot holding whatever it may hold at some time. A call adds the callee's frame; a taken tail call
/// puts the target's main in the place of its caller's frame. Control flow inside bodies is not looked at. True
/// for every scheme under which no path of nested frames takes more than `limit` (by value too: the count is
/// lost at returns only).
///
/// What stays below a tail call is the path from its program's main to the caller of the function that makes
/// it, and the longest such path is the same whatever was before. So each program is measured once: its longest
/// path (`own`), and for each program that it tail-calls the longest path left below (`Pass`); the rest is a
/// walk over programs. Keeps its buffers.
class StackBounds {
 public:
  /// Reads the scenario; nothing below may be asked before. Calls must not be recursive.
  void measure(const bpf::Lowered& lowered, const StackCosts& costs, std::uint32_t limit);
  /// The same in parts, for who has each program's frames at hand: begin, add every program in turn, finish.
  void begin(const bpf::Lowered& lowered, const StackCosts& costs, std::uint32_t limit);
  void add(const bpf::Bytecode& program, const FrameFinder& found);
  void finish() { walk_programs(); }
  std::uint64_t bytes() const;
  StackBound bound() const;

 private:
  static constexpr std::uint32_t none = UINT32_MAX;

  struct Function {
    bpf::FunctionRef ref;
    Frame frame;
    std::uint32_t bytes = 0;
    std::uint32_t above = none;   // bytes of the callers on the longest path from main; none: not called
    std::uint32_t caller = none;  // the last of them
  };
  struct Program {
    std::uint32_t first = 0;     // in functions_
    std::uint32_t own = 0;       // the longest path
    std::uint32_t own_leaf = 0;  // in functions_
    std::uint32_t entry = 0;     // bytes more when a run enters it
  };
  /// A tail call from program to program.
  struct Pass {
    std::uint16_t from = 0;
    std::uint16_t to = 0;
    std::uint32_t kept = 0;  // bytes that stay below it
    std::uint32_t via = 0;   // in functions_: who makes it
  };
  struct Held {
    std::uint16_t map;
    std::uint16_t program;
    std::uint32_t index;
  };

  void read_slots(const bpf::Lowered& lowered);
  void add_frames(const FrameFinder& found);
  void find_paths(const Program& program, const FrameFinder& found);
  void add_passes(const bpf::Bytecode& program);
  void add_pass(const Pass& pass);
  void walk_programs();
  std::uint64_t best(std::uint32_t taken, std::size_t program) const {
    return best_[taken * programs_.size() + program];
  }
  /// The frames from main to `last` (none: no frame).
  void append_path(std::uint32_t last, std::uint32_t taken, std::vector<StackStep>& chain) const;

  std::uint32_t limit_ = 0;
  StackCosts costs_;
  FrameFinder finder_;
  std::vector<Held> held_;
  std::vector<Function> functions_;
  std::vector<Program> programs_;
  std::vector<Pass> passes_;
  std::vector<std::uint64_t> best_;     // by tail calls taken and program: from its main's frame to the deepest
  std::vector<std::uint16_t> started_;  // programs that are run
};

StackBound machine_stack_bound(const bpf::Lowered& lowered, const StackCosts& costs, std::uint32_t limit);

}  // namespace tailbound::jit
