// A scenario in the making. What is added stays within the limits record: each addition is refused when the
// verifier would not take it, so that shapes and bodies need not know the limits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gen/budget.hpp"
#include "gen/byte_source.hpp"
#include "jit/bpf/scenario.hpp"

namespace tailbound::gen {

inline bpf::Expr constant(std::int32_t value) { return {bpf::Constant{value}, {}}; }
inline bpf::Expr data(std::uint64_t value) { return {bpf::Data{value}, {}}; }
inline bpf::Statement call(std::uint16_t function) { return {bpf::Evaluate{{bpf::CallValue{function}, {}}}}; }
inline bpf::Statement give_back(bpf::Expr value) { return {bpf::Return{std::move(value)}}; }

/// What the verifier knows of a function.
struct FunctionFacts {
  std::uint32_t instances = 1;    // in the program's call tree written out
  std::uint32_t cost = 0;         // instructions, as verifier_cost counts them
  std::uint32_t frames = 1;       // of the longest chain that leads to it
  std::uint32_t helper_room = 0;  // bytes below its own stack that helper calls may use
  bool tail_calls = false;
};

/// A callee's index is above its caller's, so that no calls are recursive.
struct DraftCall {
  std::uint16_t caller = 0;
  std::uint16_t callee = 0;
};

struct ProgramFacts {
  std::vector<FunctionFacts> functions;
  std::vector<DraftCall> calls;
  std::uint32_t left = 0;  // instructions that the written-out call tree may still grow by
};

class Draft {
 public:
  Draft(ByteSource& randomness, const Budget& limits) : source(randomness), budget(limits) {}

  ByteSource& source;
  const Budget& budget;
  bpf::Scenario scenario;
  std::vector<ProgramFacts> facts;  // by program

  /// A program p<n> whose main is empty.
  std::uint16_t add_program();
  /// An empty prog_array a<n>.
  std::uint16_t add_array(std::uint32_t size);
  /// Slots keep their order; a slot that is there already gets the new program.
  void fill_slot(std::uint16_t array, std::uint32_t index, std::uint16_t program);

  /// f<n>, called `times` times, or less often, at the end of the caller's body.
  std::optional<std::uint16_t> add_subprogram(std::uint16_t program, std::uint16_t caller,
                                              std::uint32_t times);
  /// One more call, at the end of the caller's body, of a subprogram that stands behind it.
  bool add_call(std::uint16_t program, std::uint16_t caller, std::uint16_t callee);
  /// At the end of the body.
  bool add_tail_call(bpf::FunctionRef function, std::uint16_t array, bpf::Expr index);

  /// Pays for a statement and what is nested in it; false: the call tree has no room for it.
  bool afford(bpf::FunctionRef function, const bpf::Statement& statement);
  bool afford_expr(bpf::FunctionRef function, const bpf::Expr& expr);

  std::uint32_t program_count() const { return static_cast<std::uint32_t>(scenario.programs.size()); }
  std::uint32_t function_count(std::uint16_t program) const {
    return static_cast<std::uint32_t>(scenario.programs[program].functions.size());
  }
  bpf::Function& function(bpf::FunctionRef ref) {
    return scenario.programs[ref.program].functions[ref.function];
  }
  FunctionFacts& facts_of(bpf::FunctionRef ref) { return facts[ref.program].functions[ref.function]; }
  std::uint16_t any_program() { return static_cast<std::uint16_t>(source.below(program_count())); }

 private:
  bool pay(bpf::FunctionRef function, std::uint64_t cost);
};

}  // namespace tailbound::gen
