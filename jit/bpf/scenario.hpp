// A scenario: programs, maps, prog_arrays and the events between and during runs. This is the data model that
// generator, model, engines, corpus and reports share. Everything refers to everything else by position.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "jit/bpf/insn.hpp"

namespace tailbound::bpf {

/// A function of a program; function 0 is the program's main.
struct FunctionRef {
  std::uint16_t program = 0;
  std::uint16_t function = 0;

  bool is_main() const { return function == 0; }
  auto operator<=>(const FunctionRef&) const = default;
};

/// A 64-bit cell of an array map.
struct CellRef {
  std::uint16_t map = 0;
  std::uint16_t index = 0;

  auto operator<=>(const CellRef&) const = default;
};

// --- expressions: 64-bit, unsigned, wrapping -----------------------------------------------------------------

/// A known constant: an immediate, sign-extended from 32 bits.
struct Constant {
  std::int32_t value = 0;
  bool operator==(const Constant&) const = default;
};
/// A constant that is read from an array map at run time, so that verifier and JIT do not know it.
struct Data {
  std::uint64_t value = 0;
  bool operator==(const Data&) const = default;
};
/// The present value of a map cell.
struct Cell {
  CellRef cell;
  bool operator==(const Cell&) const = default;
};
/// How often a function was entered in this run.
struct Entries {
  FunctionRef function;
  bool operator==(const Entries&) const = default;
};
/// Calls a subprogram of the same program; the value is what it returns.
struct CallValue {
  std::uint16_t function = 1;
  bool operator==(const CallValue&) const = default;
};

using Operand = std::variant<Constant, Data, Cell, Entries, CallValue>;

enum class ExprOp : std::uint8_t { add, sub, mul, bit_and, bit_or, bit_xor, lsh, rsh };

struct ExprTerm {
  ExprOp op = ExprOp::add;
  Operand operand;
  bool operator==(const ExprTerm&) const = default;
};

/// Operators apply from left to right, all of one rank. A call may only stand first; a shift's constant
/// amount is 0 to 63.
struct Expr {
  Operand first;
  std::vector<ExprTerm> rest;
  bool operator==(const Expr&) const = default;
};

enum class Compare : std::uint8_t { eq, ne, gt, ge, lt, le, set, sgt, sge, slt, sle };

// --- statements ----------------------------------------------------------------------------------------------

struct Statement;
using Block = std::vector<Statement>;

/// Evaluates and forgets: `call tail` is the common one.
struct Evaluate {
  Expr value;
  bool operator==(const Evaluate&) const = default;
};
/// Direct where the index is a plain constant below the array's size, else indirect. The index is the low 32
/// bits. A refused call falls through to the next statement.
struct TailCall {
  std::uint16_t array = 0;
  Expr index;
  bool operator==(const TailCall&) const = default;
};

enum class Helper : std::uint8_t { lookup = 1, update = 2, time = 5, random = 7 };

/// A helper call whose result is dropped. `cell` is the map and key of a lookup. An update writes to a map of its
/// own that no program reads (scratch_keys entries); `cell.index` is its key, also one that is out of range.
struct HelperCall {
  Helper helper = Helper::random;
  CellRef cell;
  bool operator==(const HelperCall&) const = default;
};
inline constexpr std::uint32_t scratch_keys = 16;
inline constexpr std::uint32_t most_update_key = 31;

struct StoreCell {
  CellRef cell;
  Expr value;
  bool operator==(const StoreCell&) const = default;
};
/// Self-contained instructions: they may use r0 to r5 freely and the function's own stack, jump inside
/// themselves, and neither call nor exit. What r0 holds at the end goes into the ledger's `live` sum.
struct Asm {
  std::vector<Insn> insns;
  bool operator==(const Asm&) const = default;
};
struct If {
  Expr left;
  Compare compare = Compare::eq;
  std::int32_t right = 0;
  Block then_block;
  Block else_block;
  bool operator==(const If&) const;
};
struct Return {
  Expr value;
  bool operator==(const Return&) const = default;
};

struct Statement {
  std::variant<Evaluate, TailCall, HelperCall, StoreCell, Asm, If, Return> node;
  bool operator==(const Statement&) const = default;
};

inline bool If::operator==(const If&) const = default;

/// Bits of Function::keep.
namespace keep {
inline constexpr std::uint8_t r6 = 1, r7 = 2, r8 = 4, r9 = 8, all = 15;
}

struct Function {
  std::string name;
  /// Bytes of BPF stack, 0 to 512; the deepest are written at entry and read back at return.
  std::uint16_t stack = 0;
  /// Callee-saved registers that hold a value across the whole body and are read back at return (r6: the context).
  std::uint8_t keep = 0;
  /// Always ends in a Return, and in no other place follows a statement on one that always returns.
  Block body;
  bool operator==(const Function&) const = default;
};

/// functions[0] is main and names the program.
struct Program {
  std::vector<Function> functions;
  const std::string& name() const { return functions.front().name; }
  bool operator==(const Program&) const = default;
};

struct Slot {
  std::uint32_t index = 0;
  std::uint16_t program = 0;
  auto operator<=>(const Slot&) const = default;
};

/// A BPF_MAP_TYPE_PROG_ARRAY; slots are sorted by index, each once.
struct ProgArray {
  std::string name;
  std::uint32_t size = 1;
  std::vector<Slot> slots;
  bool operator==(const ProgArray&) const = default;
};

/// A BPF_MAP_TYPE_ARRAY of 64-bit cells; `cells` are the values at the start.
struct ArrayMap {
  std::string name;
  std::vector<std::uint64_t> cells;
  bool operator==(const ArrayMap&) const = default;
};

// --- events --------------------------------------------------------------------------------------------------

/// What a run must show; `function` and `cell` are used by the kinds that need them.
struct Expect {
  enum class Kind : std::uint8_t { return_value, entries, tail_calls, refused, cell, out_of_fuel };
  Kind kind = Kind::return_value;
  FunctionRef function;
  CellRef cell;
  std::uint64_t value = 0;  // out_of_fuel: 1 or 0
  bool operator==(const Expect&) const = default;
};

/// One entry from outside, with a fresh ledger; map cells keep their values from run to run.
struct Run {
  std::uint16_t program = 0;
  std::vector<Expect> expectations;
  bool operator==(const Run&) const = default;
};
/// A slot gets a program (`program` set) or is emptied. Emptying an empty slot changes nothing.
struct SetSlot {
  std::uint16_t array = 0;
  std::uint32_t index = 0;
  std::optional<std::uint16_t> program;
  bool operator==(const SetSlot&) const = default;
};
struct SetCell {
  CellRef cell;
  std::uint64_t value = 0;
  bool operator==(const SetCell&) const = default;
};
/// During every later run: as soon as `function` is entered for the `count`-th time (from 1), before its body.
struct AtEntry {
  FunctionRef function;
  std::uint32_t count = 1;
  SetSlot change;
  bool operator==(const AtEntry&) const = default;
};

enum class AttachKind : std::uint8_t { fentry, fexit, freplace };

/// `probe` runs at the target's entry or exit as an entry of its own, or in its place (freplace: in the target's
/// context). A tail call lands behind the attach point, so it does not pass through the trampoline.
struct Attach {
  AttachKind kind = AttachKind::fentry;
  std::uint16_t probe = 0;
  FunctionRef target;
  bool operator==(const Attach&) const = default;
};
struct Detach {
  std::uint16_t probe = 0;
  FunctionRef target;
  bool operator==(const Detach&) const = default;
};

using Event = std::variant<Run, SetSlot, SetCell, AtEntry, Attach, Detach>;

enum class ProgType : std::uint8_t { socket_filter, tc, xdp };

inline constexpr std::uint64_t default_fuel = 4096;

struct Scenario {
  ProgType type = ProgType::tc;
  /// Name of the limits record (limits.hpp) that the scenario is valid under.
  std::string limits = "linux-6.1";
  /// Function entries that one run may make; the entry that finds none left returns 0 at once, uncounted.
  std::uint64_t fuel = default_fuel;
  /// Seed of the pseudo-random helper.
  std::uint32_t seed = 0;
  std::vector<ArrayMap> maps;
  std::vector<ProgArray> arrays;
  std::vector<Program> programs;
  std::vector<Event> events;
  bool operator==(const Scenario&) const = default;
};

// --- numbering -----------------------------------------------------------------------------------------------

/// Function ids count through all programs in order; tail-call site ids through all functions in order, in
/// each function in the order of the text (an if's then-block before its else-block).
struct Numbering {
  std::vector<std::uint32_t> first_function;          // by program
  std::vector<std::uint32_t> first_site;              // by function id, and one more: the number of sites
  std::uint32_t functions = 0;
  std::uint32_t sites = 0;

  std::uint32_t id(FunctionRef ref) const { return first_function[ref.program] + ref.function; }
  FunctionRef ref(std::uint32_t function_id) const;
};
Numbering number(const Scenario& scenario);

/// Tail-call sites in a block.
std::uint32_t count_sites(const Block& block);

/// Calls `visit(const Expr&)` for every expression of a block, and `statement(const Statement&)` for every
/// statement, in the order of the text.
template <class OnStatement, class OnExpr>
void visit(const Block& block, OnStatement&& statement, OnExpr&& expr);

}  // namespace tailbound::bpf

#include "jit/bpf/scenario_visit.hpp"
