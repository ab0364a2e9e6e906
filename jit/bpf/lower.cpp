// Scenario to bytecode. A function reads: keep the context, spend fuel, record the entry, place the values that
// must live across the body, the body, read those values back, return.
#include <algorithm>
#include <array>
#include <cassert>

#include "jit/bpf/body.hpp"
#include "jit/bpf/ledger_code.hpp"
#include "jit/bpf/limits.hpp"
#include "jit/bpf/lowered.hpp"

namespace tailbound::bpf {

namespace {

using enum Reg;

constexpr std::uint16_t ledger_map = 0;
constexpr std::uint16_t pool_map = 1;

constexpr std::int32_t bytes(std::uint32_t words) { return static_cast<std::int32_t>(words * 8); }

constexpr AluOp alu_of(ExprOp op) {
  switch (op) {
    case ExprOp::add: return AluOp::add;
    case ExprOp::sub: return AluOp::sub;
    case ExprOp::mul: return AluOp::mul;
    case ExprOp::bit_and: return AluOp::bit_and;
    case ExprOp::bit_or: return AluOp::bit_or;
    case ExprOp::bit_xor: return AluOp::bit_xor;
    case ExprOp::lsh: return AluOp::lsh;
    case ExprOp::rsh: return AluOp::rsh;
  }
  return AluOp::add;
}

constexpr JumpOp jump_of(Compare compare) {
  switch (compare) {
    case Compare::eq: return JumpOp::jeq;
    case Compare::ne: return JumpOp::jne;
    case Compare::gt: return JumpOp::jgt;
    case Compare::ge: return JumpOp::jge;
    case Compare::lt: return JumpOp::jlt;
    case Compare::le: return JumpOp::jle;
    case Compare::set: return JumpOp::jset;
    case Compare::sgt: return JumpOp::jsgt;
    case Compare::sge: return JumpOp::jsge;
    case Compare::slt: return JumpOp::jslt;
    case Compare::sle: return JumpOp::jsle;
  }
  return JumpOp::jeq;
}

/// The body calls or tail-calls: r1 must be handed on.
bool hands_on_context(const Function& function) {
  bool calls = false;
  visit(
      function.body, [&](const Statement& s) { calls |= std::holds_alternative<TailCall>(s.node); },
      [&](const Expr& e) { calls |= std::holds_alternative<CallValue>(e.first); });
  return calls;
}

/// Parts of records that were larger before: a thread that lowers many scenarios into one record does not ask for
/// memory again.
struct Spare {
  std::vector<Bytecode> programs;
  std::vector<LoweredMap> maps;
};
thread_local Spare spare;

template <class Part>
void resize(std::vector<Part>& parts, std::size_t count, std::vector<Part>& spares) {
  for (; parts.size() > count; parts.pop_back()) spares.push_back(std::move(parts.back()));
  for (; parts.size() < count && !spares.empty(); spares.pop_back()) parts.push_back(std::move(spares.back()));
  parts.resize(count);
}

LoweredMap& fresh_map(Lowered& out, std::size_t index, LoweredMap::Kind kind, std::string_view name) {
  if (out.maps.size() <= index) resize(out.maps, index + 1, spare.maps);
  LoweredMap& map = out.maps[index];
  map.kind = kind;
  map.name = name;
  map.value_size = 8;
  map.max_entries = 1;
  map.words.clear();
  map.slots.clear();
  return map;
}

class ProgramLowering {
 public:
  ProgramLowering(const Scenario& scenario, const Numbering& numbering, Lowered& out, std::uint16_t program)
      : scenario_(scenario),
        numbering_(numbering),
        out_(out),
        program_(program),
        code_(out.programs[program]) {}

  void lower() {
    const Program& program = scenario_.programs[program_];
    for (std::uint16_t f = 0; f < program.functions.size(); ++f) lower_function(program.functions[f], f);
    link_calls();
  }

 private:
  void lower_function(const Function& function, std::uint16_t index) {
    function_ = index;
    id_ = numbering_.id({program_, index});
    source_ = &function;
    code_.functions.push_back({.first_insn = here(),
                               .end_insn = 0,
                               .id = id_,
                               .stack_depth = static_cast<std::uint16_t>(touched_stack(function))});
    if (hands_on_context(function) || (function.keep & keep::r6) != 0) emit(build::mov(r6, r1));
    begin_ledger();
    place_live_values();
    lower_block(function.body);
    code_.functions.back().end_insn = here();
    mark_origin(-1);
  }

  // --- the ledger ---

  /// All functions have this but for ids.
  void begin_ledger() {
    emit(ledger_code::entry({}, id_));
    count(out_.ledger.entry(id_));
  }

  /// Adds one to a ledger word; r1 and r2 are scratch.
  void count(std::uint32_t word) { emit(ledger_code::count({}, word)); }

  void place_live_values() {
    for (unsigned reg = 7; reg <= 9; ++reg) {
      if (kept(reg)) emit(build::mov(static_cast<Reg>(reg), live_value(id_, reg)));
    }
    if (source_->stack > 0) {
      emit(build::store(stack_probe_width(source_->stack), r10, stack_bottom(), live_value(id_, 10)));
    }
  }

  /// Adds what must have lived to the ledger's `live` word; r0 is kept. The context adds nothing, as its content is
  /// not ours, but it must still be there: 32 bits at its start can be read in every program type.
  void read_live_values() {
    if (kept(6)) emit(build::load(Width::b4, r3, r6, 0));
    if ((source_->keep & (keep::all & ~keep::r6)) == 0 && source_->stack == 0) return;
    ledger_address(r1, LedgerLayout::live);
    emit(build::load(Width::b8, r2, r1, 0));
    for (unsigned reg = 7; reg <= 9; ++reg) {
      if (kept(reg)) emit(build::alu(AluOp::add, r2, static_cast<Reg>(reg)));
    }
    if (source_->stack > 0) {
      emit(build::load(stack_probe_width(source_->stack), r3, r10, stack_bottom()));
      emit(build::alu(AluOp::add, r2, r3));
    }
    emit(build::store(Width::b8, r1, 0, r2));
  }

  bool kept(unsigned reg) const { return (source_->keep & (1U << (reg - 6))) != 0; }
  std::int16_t stack_bottom() const { return static_cast<std::int16_t>(-static_cast<int>(source_->stack)); }

  // --- statements ---

  void lower_block(const Block& block) {
    for (const Statement& statement : block) {
      std::visit(Match{
                     [&](const Evaluate& s) { evaluate(s.value); },
                     [&](const TailCall& s) { lower_tail_call(s); },
                     [&](const HelperCall& s) { lower_helper(s); },
                     [&](const StoreCell& s) { lower_store(s); },
                     [&](const Asm& s) { lower_asm(s); },
                     [&](const If& s) { lower_if(s); },
                     [&](const Return& s) { lower_return(s); },
                 },
                 statement.node);
    }
  }

  void lower_tail_call(const TailCall& s) {
    const ProgArray& array = scenario_.arrays[s.array];
    const auto site_index = static_cast<std::int32_t>(code_.sites.size());
    const std::uint32_t site = next_site_++;
    code_.sites.push_back({});  // numbered in text order; an index expression holds no further site
    mark_origin(-1);
    const Constant* constant = s.index.rest.empty() ? std::get_if<Constant>(&s.index.first) : nullptr;
    if (constant == nullptr) {
      evaluate(s.index);
      emit(build::mov(r3, r0));
    }
    count(out_.ledger.attempts(site));
    emit(build::mov(r1, r6));
    const std::uint16_t map = out_.map_of_array(s.array);
    emit_imm64(r2, Imm64Kind::map, map, 0);
    if (constant != nullptr) emit(build::mov(r3, constant->value));
    const std::uint32_t call = here();
    emit(build::call_helper(helper_tail_call));
    count(out_.ledger.fall_throughs(site));

    std::optional<std::uint32_t> direct;
    if (constant != nullptr && static_cast<std::uint32_t>(constant->value) < array.size) {
      direct = static_cast<std::uint32_t>(constant->value);
    }
    code_.sites[static_cast<std::size_t>(site_index)] = {
        .insn = call, .id = site, .function = function_, .map = map, .direct_index = direct};
    mark_origin(site_index);
  }

  void lower_helper(const HelperCall& s) {
    switch (s.helper) {
      case Helper::lookup: {
        // The key lies below the function's own stack, so that the value placed there stays what it was.
        const auto key_at = static_cast<std::int16_t>(-static_cast<int>(touched_stack(*source_)));
        emit(build::store(Width::b4, r10, key_at, static_cast<std::int32_t>(s.cell.index)));
        emit(build::mov(r2, r10));
        emit(build::alu(AluOp::add, r2, static_cast<std::int32_t>(key_at)));
        emit_imm64(r1, Imm64Kind::map, out_.map_of_cells(s.cell.map), 0);
        break;
      }
      case Helper::update: {
        // The value lies deepest, the key above it.
        const auto value_at = static_cast<std::int16_t>(-static_cast<int>(touched_stack(*source_)));
        const auto key_at = static_cast<std::int16_t>(value_at + 8);
        emit(build::store(Width::b4, r10, key_at, static_cast<std::int32_t>(s.cell.index)));
        emit(build::store(Width::b8, r10, value_at, live_value(id_, 2)));
        emit(build::mov(r2, r10));
        emit(build::alu(AluOp::add, r2, static_cast<std::int32_t>(key_at)));
        emit(build::mov(r3, r10));
        emit(build::alu(AluOp::add, r3, static_cast<std::int32_t>(value_at)));
        emit(build::mov(r4, 0));
        emit_imm64(r1, Imm64Kind::map, scratch_map(), 0);
        break;
      }
      case Helper::time:
      case Helper::random: break;
    }
    emit(build::call_helper(static_cast<std::int32_t>(s.helper)));
  }

  /// The map that updates write to; it comes with the first of them.
  std::uint16_t scratch_map() {
    if (!out_.scratch_map) {
      out_.scratch_map = static_cast<std::uint16_t>(out_.maps.size());
      LoweredMap& map = fresh_map(out_, out_.maps.size(), LoweredMap::Kind::array, "scratch");
      map.max_entries = scratch_keys;
      map.words.assign(scratch_keys, 0);
    }
    return *out_.scratch_map;
  }

  void lower_store(const StoreCell& s) {
    evaluate(s.value);
    cell_address(r1, s.cell);
    emit(build::store(Width::b8, r1, 0, r0));
  }

  void lower_asm(const Asm& s) {
    for (const Reg reg : {r0, r1, r2, r3, r4, r5}) emit(build::mov(reg, 0));
    for (const Insn& insn : s.insns) emit(insn);
    ledger_address(r1, LedgerLayout::live);
    emit(build::load(Width::b8, r2, r1, 0));
    emit(build::alu(AluOp::add, r2, r0));
    emit(build::store(Width::b8, r1, 0, r2));
    out_.has_asm = true;
  }

  void lower_if(const If& s) {
    evaluate(s.left);
    emit(build::jump(jump_of(s.compare), r0, s.right, 1));
    const std::uint32_t to_else = here();
    emit(build::go_to(0));
    lower_block(s.then_block);
    if (s.else_block.empty()) {
      aim(to_else, here());
      return;
    }
    const bool falls_out = !always_returns(s.then_block);
    const std::uint32_t to_end = here();
    if (falls_out) emit(build::go_to(0));
    aim(to_else, here());
    lower_block(s.else_block);
    if (falls_out) aim(to_end, here());
  }

  void lower_return(const Return& s) {
    evaluate(s.value);
    read_live_values();
    emit(build::exit());
  }

  // --- expressions: the value ends in r0; r1 is scratch ---

  void evaluate(const Expr& expr) {
    load_operand(r0, expr.first);
    for (const ExprTerm& term : expr.rest) {
      if (const Constant* constant = std::get_if<Constant>(&term.operand)) {
        emit(build::alu(alu_of(term.op), r0, constant->value));
      } else {
        load_operand(r1, term.operand);
        emit(build::alu(alu_of(term.op), r0, r1));
      }
    }
  }

  void load_operand(Reg reg, const Operand& operand) {
    std::visit(Match{
                   [&](const Constant& o) { emit(build::mov(reg, o.value)); },
                   [&](const Data& o) {
                     emit_imm64(reg, Imm64Kind::map_value, pool_map, pool_offset(o.value));
                     emit(build::load(Width::b8, reg, reg, 0));
                   },
                   [&](const Cell& o) {
                     cell_address(reg, o.cell);
                     emit(build::load(Width::b8, reg, reg, 0));
                   },
                   [&](const Entries& o) {
                     ledger_address(reg, out_.ledger.entry(numbering_.id(o.function)));
                     emit(build::load(Width::b8, reg, reg, 0));
                   },
                   [&](const CallValue& o) {
                     assert(reg == r0 && "a call stands first in an expression");
                     emit(build::mov(r1, r6));
                     emit(build::call_local(static_cast<std::int32_t>(o.function)));  // linked later
                   },
               },
               operand);
  }

  void cell_address(Reg reg, CellRef cell) {
    emit_imm64(reg, Imm64Kind::map_value, out_.map_of_cells(cell.map), bytes(cell.index));
  }

  void ledger_address(Reg reg, std::uint32_t word) {
    emit_imm64(reg, Imm64Kind::map_value, ledger_map, bytes(word));
  }

  std::int32_t pool_offset(std::uint64_t value) {
    auto& words = out_.maps[pool_map].words;
    const auto found = std::find(words.begin(), words.end(), value);
    const auto index = static_cast<std::uint32_t>(found - words.begin());
    if (found == words.end()) words.push_back(value);
    return bytes(index);
  }

  // --- slots ---

  std::uint32_t here() const { return static_cast<std::uint32_t>(code_.insns.size()); }

  void emit(const Insn& insn) { code_.insns.push_back(insn); }
  template <std::size_t N>
  void emit(const std::array<Insn, N>& insns) { code_.insns.insert(code_.insns.end(), insns.begin(), insns.end()); }

  /// What was emitted since the last mark belongs to this function, and to a site or none.
  void mark_origin(std::int32_t site) { code_.origin.resize(here(), {.function = function_, .site = site}); }

  void emit_imm64(Reg reg, Imm64Kind kind, std::uint16_t map, std::int32_t offset) {
    emit(build::imm64_low(reg, kind, map));
    emit(build::imm64_high(offset));
  }

  void aim(std::uint32_t jump, std::uint32_t target) {
    code_.insns[jump].off = static_cast<std::int16_t>(target - jump - 1);
  }

  /// Local calls were emitted with the callee's index; now that every function has its place they get
  /// distances.
  void link_calls() {
    for (std::uint32_t i = 0; i < here(); ++i) {
      Insn& insn = code_.insns[i];
      if (!is_local_call(insn)) continue;  // the second slot of a load is none
      const auto callee = code_.functions[static_cast<std::size_t>(insn.imm)].first_insn;
      insn.imm = static_cast<std::int32_t>(callee) - static_cast<std::int32_t>(i) - 1;
    }
  }

  const Scenario& scenario_;
  const Numbering& numbering_;
  Lowered& out_;
  std::uint16_t program_;
  Bytecode& code_;
  std::uint16_t function_ = 0;
  std::uint32_t id_ = 0;
  std::uint32_t next_site_ = numbering_.first_site[numbering_.first_function[program_]];
  const Function* source_ = nullptr;
};

void clear(Bytecode& code) {
  code.insns.clear();
  code.origin.clear();
  code.functions.clear();
  code.sites.clear();
}

void lower_maps(const Scenario& scenario, Lowered& out) {
  std::size_t next = 0;
  LoweredMap& ledger = fresh_map(out, next++, LoweredMap::Kind::array, "ledger");
  ledger.value_size = out.ledger.words() * 8;
  ledger.words.assign(out.ledger.words(), 0);
  fresh_map(out, next++, LoweredMap::Kind::array, "pool");
  for (const ArrayMap& map : scenario.maps) {
    LoweredMap& lowered = fresh_map(out, next++, LoweredMap::Kind::array, map.name);
    // One value that holds all cells: BPF_PSEUDO_MAP_VALUE reaches only the first entry of an array.
    lowered.words = map.cells;
    lowered.value_size = static_cast<std::uint32_t>(map.cells.size() * 8);
  }
  out.first_array_map = 2;
  out.first_prog_array = static_cast<std::uint16_t>(next);
  for (const ProgArray& array : scenario.arrays) {
    LoweredMap& lowered = fresh_map(out, next++, LoweredMap::Kind::prog_array, array.name);
    lowered.value_size = 4;
    lowered.max_entries = array.size;
    lowered.slots = array.slots;
  }
  resize(out.maps, next, spare.maps);
}

}  // namespace

void lower(const Scenario& scenario, Lowered& into) {
  const Numbering numbering = number(scenario);
  into.type = scenario.type;
  into.fuel = scenario.fuel;
  into.last_run_fuel.reset();
  into.seed = scenario.seed;
  into.ledger = {.functions = numbering.functions, .sites = numbering.sites};
  into.has_asm = false;
  into.scratch_map.reset();
  into.context.reset();
  into.events = scenario.events;
  lower_maps(scenario, into);
  resize(into.programs, scenario.programs.size(), spare.programs);
  for (Bytecode& code : into.programs) clear(code);
  for (std::uint16_t p = 0; p < scenario.programs.size(); ++p) {
    ProgramLowering(scenario, numbering, into, p).lower();
  }
  LoweredMap& pool = into.maps[pool_map];
  if (pool.words.empty()) pool.words.push_back(0);
  pool.value_size = static_cast<std::uint32_t>(pool.words.size() * 8);
}

std::size_t Lowered::runs() const {
  return static_cast<std::size_t>(std::count_if(events.begin(), events.end(),
                                                [](const Event& e) { return std::holds_alternative<Run>(e); }));
}

Lowered lower(const Scenario& scenario) {
  Lowered lowered;
  lower(scenario, lowered);
  return lowered;
}

}  // namespace tailbound::bpf
