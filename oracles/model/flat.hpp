// A scenario in the form that the walker runs: statements as one array of operations, every reference resolved
// to an id or a position. Made anew for every walk, into buffers that are used again.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "jit/bpf/lowered.hpp"
#include "jit/bpf/scenario.hpp"
#include "oracles/model/dropped_branches.hpp"

namespace tailbound::model {

struct FlatOperand {
  enum class Kind : std::uint8_t { number, cell, entries, call };
  Kind kind = Kind::number;
  bpf::ExprOp op = bpf::ExprOp::add;  // applied to what stands before it; the first is added to 0
  std::uint64_t value = 0;            // a number, a cell's position, or a function id
};

/// The number that it is, or operands [first, end).
struct FlatExpr {
  std::uint32_t first = 0;
  std::uint32_t end = 0;
  std::uint64_t number = 0;
  bool is_number() const { return first == end; }
};

struct FlatOp {
  enum class Kind : std::uint8_t {
    evaluate, tail_call, helper_call, store_cell, foreign, branch_unless, jump, leave,
  };
  Kind kind = Kind::evaluate;
  bpf::Compare compare = bpf::Compare::eq;
  Branch way = Branch::open;  // branch_unless: what becomes of it whatever the comparison says
  FlatExpr expr;
  std::uint32_t place = 0;  // tail_call: array; store_cell: cell; branch_unless, jump: where to go on
  std::uint32_t site = 0;
  std::uint64_t right = 0;  // of a comparison, sign-extended
};

struct FlatFunction {
  std::uint32_t first_op = 0;
  std::uint64_t live = 0;  // what its return adds to the ledger's `live`
};

struct FlatArray {
  std::uint32_t first_slot = 0;
  std::uint32_t size = 0;
};

inline constexpr std::uint32_t no_program = UINT32_MAX;

/// What a slot holds after the change. (value_or would cut no_program to 16 bits.)
inline std::uint32_t program_in(const bpf::SetSlot& change) {
  return change.program ? *change.program : no_program;
}

struct Flat {
  bpf::LedgerLayout layout;
  std::vector<std::uint32_t> first_function;  // by program
  std::vector<FlatFunction> functions;        // by id
  std::vector<FlatOp> ops;
  std::vector<FlatOperand> operands;
  std::vector<FlatArray> arrays;
  std::vector<std::uint32_t> slots;  // of all arrays: a program, or no_program
  std::vector<std::uint32_t> first_cell;  // by map
  std::vector<std::uint64_t> cells;       // of all maps

  std::uint32_t id(bpf::FunctionRef ref) const { return first_function[ref.program] + ref.function; }
  std::uint32_t position(bpf::CellRef ref) const { return first_cell[ref.map] + ref.index; }
  std::uint32_t position(const bpf::SetSlot& change) const {
    return arrays[change.array].first_slot + change.index;
  }
};

/// Flattens a valid scenario; slots and cells are as at its start. `drop_branches`: as a verifier does that believes in
/// fall-through values (dropped_branches.hpp).
void flatten(const bpf::Scenario& scenario, Flat& into, bool drop_branches = false);

}  // namespace tailbound::model
