// One change of a scenario: its parts at hand, and the table of all changes.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "gen/byte_source.hpp"
#include "gen/mutate/bounds.hpp"
#include "jit/bpf/scenario.hpp"

namespace tailbound::gen {

struct Mutation {
  ByteSource& source;
  const Bounds& bounds;
  bpf::Scenario& scenario;

  /// 0 … count-1 of anything that is counted in std::size_t.
  std::size_t below(std::size_t count) { return source.below(static_cast<std::uint32_t>(count)); }
  std::uint16_t index_below(std::size_t count) { return static_cast<std::uint16_t>(below(count)); }

  bpf::Function& at(bpf::FunctionRef ref) { return scenario.programs[ref.program].functions[ref.function]; }
  bpf::FunctionRef any_function();
  std::uint16_t any_program() { return index_below(scenario.programs.size()); }
  /// Of the scenario's maps, which must not be none.
  bpf::CellRef any_cell();

  /// Whether `more` statements may still come into the function.
  bool has_room(const bpf::Function& function, std::size_t more = 1) const;
};

/// One idea each. Bodies may be left as bpf::repair mends them: calls of what is gone, recursion, empty arms.
struct MutationOp {
  std::string_view name;
  std::uint32_t weight = 1;
  /// False: the scenario has nothing that this changes, and is as it was.
  bool (*apply)(Mutation&) = nullptr;
};
std::span<const MutationOp> mutation_ops();

}  // namespace tailbound::gen
