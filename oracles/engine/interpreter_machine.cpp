// Executes screened bytecode: RFC 9669 read plainly, one instruction after the other.
#include "oracles/engine/interpreter_machine.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "oracles/engine/interpreter_alu.hpp"
#include "oracles/engine/interpreter_screen.hpp"

namespace tailbound::engine::interpreter {

namespace {

using bpf::Insn;
using bpf::Width;

constexpr std::string_view bad_instruction = "bad instruction";
constexpr std::string_view bad_pointer = "bad pointer";
constexpr std::string_view call_depth = "call depth";

std::uint64_t extended(std::int32_t imm) { return static_cast<std::uint64_t>(std::int64_t{imm}); }

}  // namespace

// --- a scenario and a run ------------------------------------------------------------------------------------

void Machine::load(const bpf::Lowered& lowered) {
  lowered_ = &lowered;
  memory_.load(lowered);
  slots_.load(lowered.maps);
  code_of_all_.clear();
  first_insn_.clear();
  longest_program_ = 0;
  at_entry_.clear();
  for (const bpf::Bytecode& program : lowered.programs) {
    first_insn_.push_back(code_of_all_.size());
    screen(program.insns, lowered.maps, code_of_all_);
    longest_program_ = std::max(longest_program_, program.insns.size());
  }
}

void Machine::apply(const bpf::SetSlot& change) {
  slots_.set(lowered_->map_of_array(change.array), change.index, change.program);
}

void Machine::apply(const bpf::SetCell& change) {
  memory_.set_cell(lowered_->map_of_cells(change.cell.map), change.cell.index, change.value);
}

void Machine::run(std::uint16_t program, std::uint64_t fuel, RunObservation& seen) {
  start(program, fuel);
  seen.status = execute();
  seen.return_value = seen.status == RunStatus::finished ? regs_[0] : 0;
  const auto ledger = memory_.ledger().first(lowered_->ledger.words());
  seen.ledger.assign(ledger.begin(), ledger.end());
  const auto cells = memory_.cells();
  seen.cells.assign(cells.begin(), cells.end());
  const auto* const context = reinterpret_cast<const std::uint8_t*>(memory_.given_context().data());
  seen.context.assign(context, context + memory_.given_context().size());
  seen.fault = fault_;
  seen.frame = {};
  seen.stack_used = 0;
}

void Machine::start(std::uint16_t program, std::uint64_t fuel) {
  memory_.start_run(fuel);
  memory_.push_frame();
  regs_.fill(poison);
  regs_[1] = memory_.context_pointer();
  regs_[2] = memory_.context_length();
  regs_[10] = memory_.frame_pointer();
  program_ = program;
  code_ = code_of_all_.data() + first_insn_[program];
  callers_.clear();
  count_ = {};
  times_ = 0;
  randoms_ = 0;
  fault_ = {};
  enter(code_);
}

/// Slot changes that wait for this function's n-th entry. The ledger has not counted it yet, and an entry that
/// finds no fuel is none.
void Machine::enter(Next first) {
  if (at_entry_.empty() || memory_.ledger()[bpf::LedgerLayout::fuel] == 0) return;
  const bpf::Bytecode& program = lowered_->programs[program_];
  const std::uint16_t function = program.origin[pc_of(*first)].function;
  const std::uint64_t before = memory_.ledger()[lowered_->ledger.entry(program.functions[function].id)];
  for (const bpf::AtEntry& change : at_entry_) {
    if (change.function == bpf::FunctionRef{program_, function} && change.count == before + 1)
      apply(change.change);
  }
}

/// Far more than a sound program needs for the entries that its fuel pays: an entry walks its function once,
/// but for loops in asm blocks.
std::uint64_t Machine::steps_allowed() const {
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  const std::uint64_t an_entry = 64 * (256 + std::uint64_t{longest_program_});
  const std::uint64_t entries = lowered_->fuel == most ? most : lowered_->fuel + 1;
  return entries > most / an_entry ? most : entries * an_entry;
}

RunStatus Machine::execute() {
  Next next = code_;
  for (std::uint64_t left = steps_allowed(); left != 0; --left) {
    next = step(*next);
    if (next == nullptr) return fault_.kind.empty() ? RunStatus::finished : RunStatus::fault;
  }
  fault_.pc = pc_of(*next);
  return RunStatus::timeout;
}

[[gnu::cold, gnu::noinline]] Machine::Next Machine::fail(const Insn& insn, std::string_view kind,
                                                         std::uint64_t address) {
  fault_ = {.kind = kind, .address = address, .pc = pc_of(insn)};
  return nullptr;
}

// --- instructions --------------------------------------------------------------------------------------------

[[gnu::always_inline]] inline Machine::Next Machine::step(const Insn& insn) {
  switch (kind_of(insn)) {
    case Kind::ld: return load_imm64(insn);
    case Kind::ldx: return load(insn);
    case Kind::st: return store(insn, extended(insn.imm));
    case Kind::stx:
      if ((insn.opcode & bpf::opcode::mode_mask) == bpf::opcode::mode_atomic) return atomic(insn);
      return store(insn, src(insn));
    case Kind::alu32: return alu<std::uint32_t>(insn);
    case Kind::jmp: return jump_call_or_exit(insn);
    case Kind::jmp32: return jump<std::uint32_t>(insn);
    case Kind::alu64: return alu<std::uint64_t>(insn);
  }
  return fail(insn, bad_instruction);
}

/// The source register, or the sign-extended immediate.
std::uint64_t Machine::right_side(const Insn& insn) const {
  return bpf::uses_src_register(insn) ? src(insn) : extended(insn.imm);
}

/// A 32-bit result clears the upper half.
template <class Word>
Machine::Next Machine::alu(const Insn& insn) {
  const bpf::AluOp op = bpf::alu_op(insn);
  std::uint64_t& left = dst(insn);
  const auto right = static_cast<Word>(right_side(insn));
  left = op == bpf::AluOp::end ? byte_swapped(insn, left)
                               : computed<Word>(op, static_cast<Word>(left), right, insn.off);
  return following(insn);
}

/// The long `ja` (class jmp32) has its distance in the immediate.
template <class Word>
Machine::Next Machine::jump(const Insn& insn) {
  const auto right = static_cast<Word>(right_side(insn));
  if (!holds<Word>(bpf::jump_op(insn), static_cast<Word>(dst(insn)), right)) return following(insn);
  const std::int32_t distance = insn.opcode == bpf::opcode::ja32 ? insn.imm : insn.off;
  return following(insn) + distance;
}

Machine::Next Machine::jump_call_or_exit(const Insn& insn) {
  if (insn.opcode == bpf::opcode::call) return call(insn);
  if (insn.opcode == bpf::opcode::exit) return leave();
  return jump<std::uint64_t>(insn);
}

Machine::Next Machine::load_imm64(const Insn& insn) {
  if (!bpf::is_two_slot(insn)) return fail(insn, bad_instruction);  // an undefined slot
  const auto low = static_cast<std::uint32_t>(insn.imm);
  const auto high = static_cast<std::uint32_t>(following(insn)->imm);
  switch (static_cast<bpf::Imm64Kind>(insn.src)) {
    case bpf::Imm64Kind::value: dst(insn) = std::uint64_t{high} << 32 | low; break;
    case bpf::Imm64Kind::map: dst(insn) = Memory::map_handle(low); break;
    case bpf::Imm64Kind::map_value: dst(insn) = Memory::map_value(low, high); break;
  }
  return following(insn) + 1;
}

// --- memory --------------------------------------------------------------------------------------------------

template <class Value>
Machine::Next Machine::load_as(const Insn& insn) {
  const std::uint64_t address = src(insn) + extended(insn.off);
  const std::byte* place = memory_.to_read(address, sizeof(Value));
  if (place == nullptr) return fail(insn, bad_pointer, address);
  Value value;
  std::memcpy(&value, place, sizeof(Value));
  dst(insn) = static_cast<std::uint64_t>(value);  // a signed one is sign-extended
  return following(insn);
}

Machine::Next Machine::load(const Insn& insn) {
  const bool extends = (insn.opcode & bpf::opcode::mode_mask) == bpf::opcode::mode_memsx;
  switch (bpf::width_of(insn)) {
    case Width::b1: return extends ? load_as<std::int8_t>(insn) : load_as<std::uint8_t>(insn);
    case Width::b2: return extends ? load_as<std::int16_t>(insn) : load_as<std::uint16_t>(insn);
    case Width::b4: return extends ? load_as<std::int32_t>(insn) : load_as<std::uint32_t>(insn);
    case Width::b8: return load_as<std::uint64_t>(insn);
  }
  return fail(insn, bad_instruction);
}

Machine::Next Machine::store(const Insn& insn, std::uint64_t value) {
  const std::uint64_t address = dst(insn) + extended(insn.off);
  const Width width = bpf::width_of(insn);
  std::byte* place = memory_.to_write(address, static_cast<std::uint32_t>(width));
  if (place == nullptr) return fail(insn, bad_pointer, address);
  switch (width) {
    case Width::b1: std::memcpy(place, &value, 1); break;
    case Width::b2: std::memcpy(place, &value, 2); break;
    case Width::b4: std::memcpy(place, &value, 4); break;
    case Width::b8: std::memcpy(place, &value, 8); break;
  }
  return following(insn);
}

Machine::Next Machine::atomic(const Insn& insn) {
  return bpf::width_of(insn) == Width::b4 ? atomic_as<std::uint32_t>(insn) : atomic_as<std::uint64_t>(insn);
}

/// RFC 9669 section 5.3. One program runs at a time, so a plain read and write is atomic here.
template <class Word>
Machine::Next Machine::atomic_as(const Insn& insn) {
  constexpr std::int32_t fetch = 0x01, exchange = 0xe1, compare_exchange = 0xf1;
  const std::uint64_t address = dst(insn) + extended(insn.off);
  std::byte* place = memory_.to_write(address, sizeof(Word));
  if (place == nullptr) return fail(insn, bad_pointer, address);
  Word old;
  std::memcpy(&old, place, sizeof(Word));
  const auto operand = static_cast<Word>(src(insn));
  Word next = old;
  switch (insn.imm) {
    case 0x00:
    case 0x00 | fetch: next = old + operand; break;
    case 0x40:
    case 0x40 | fetch: next = old | operand; break;
    case 0x50:
    case 0x50 | fetch: next = old & operand; break;
    case 0xa0:
    case 0xa0 | fetch: next = old ^ operand; break;
    case exchange: next = operand; break;
    case compare_exchange: next = old == static_cast<Word>(regs_[0]) ? operand : old; break;
    default: return fail(insn, bad_instruction);  // screened: an open set of values
  }
  std::memcpy(place, &next, sizeof(Word));
  if (insn.imm == compare_exchange) {
    regs_[0] = old;
  } else if ((insn.imm & fetch) != 0) {
    regs_[insn.src] = old;
  }
  return following(insn);
}

// --- calls ---------------------------------------------------------------------------------------------------

/// What a callee leaves in r1 to r5 is nobody's to rely on.
void Machine::clobber_arguments() { std::fill_n(regs_.begin() + 1, 5, poison); }

Machine::Next Machine::call(const Insn& insn) {
  return bpf::is_local_call(insn) ? call_local(insn) : call_helper(insn);
}

/// The callee gets r1 to r5 and a frame; it finds nothing else set.
Machine::Next Machine::call_local(const Insn& insn) {
  if (!memory_.push_frame()) return fail(insn, call_depth);
  callers_.push_back({program_, code_, following(insn), {regs_[6], regs_[7], regs_[8], regs_[9]}});
  regs_[0] = poison;
  std::fill_n(regs_.begin() + 6, 4, poison);
  regs_[10] = memory_.frame_pointer();
  const Next callee = following(insn) + insn.imm;
  enter(callee);
  return callee;
}

/// Exit: back to the caller, or the end of the run.
Machine::Next Machine::leave() {
  if (callers_.empty()) return nullptr;
  const Caller& caller = callers_.back();
  const Next next = caller.next;
  program_ = caller.program;
  code_ = caller.code;
  std::ranges::copy(caller.kept, regs_.begin() + 6);
  callers_.pop_back();
  memory_.pop_frame();
  regs_[10] = memory_.frame_pointer();
  clobber_arguments();
  return next;
}

Machine::Next Machine::call_helper(const Insn& insn) {
  switch (insn.imm) {
    case helper_lookup: return lookup(insn);
    case helper_update: return update(insn);
    case helper_time: regs_[0] = bpf::time_value(times_++); break;
    case helper_random: regs_[0] = bpf::random_value(lowered_->seed, randoms_++); break;
    case bpf::helper_tail_call: return tail_call(insn);
    default: return fail(insn, bad_instruction);  // screened: an open set of numbers
  }
  clobber_arguments();
  return following(insn);
}

/// r1: an array map, r2: where its key stands.
Machine::Next Machine::lookup(const Insn& insn) {
  const std::optional<std::size_t> map = memory_.map_of(regs_[1]);
  if (!map) return fail(insn, bad_pointer, regs_[1]);
  std::uint32_t key;
  const std::byte* place = memory_.to_read(regs_[2], sizeof key);
  if (place == nullptr) return fail(insn, bad_pointer, regs_[2]);
  std::memcpy(&key, place, sizeof key);
  const std::optional<std::uint64_t> value = memory_.lookup(*map, key);
  if (!value) return fail(insn, bad_pointer, regs_[1]);
  regs_[0] = *value;
  clobber_arguments();
  return following(insn);
}

/// r1: the map, r2: address of the key, r3: of the value, r4: flags. All entries of an array exist: asking for
/// a new one is refused (EEXIST), as is a key beyond the last (E2BIG) or an unknown flag (EINVAL).
Machine::Next Machine::update(const Insn& insn) {
  const std::optional<std::size_t> map = memory_.map_of(regs_[1]);
  if (!map) return fail(insn, bad_pointer, regs_[1]);
  std::uint32_t key;
  const std::byte* const key_place = memory_.to_read(regs_[2], sizeof key);
  if (key_place == nullptr) return fail(insn, bad_pointer, regs_[2]);
  std::memcpy(&key, key_place, sizeof key);
  const std::optional<std::uint64_t> entry = memory_.lookup(*map, key);
  if (!entry) return fail(insn, bad_pointer, regs_[1]);
  const std::uint32_t size = lowered_->maps[*map].value_size;
  const std::byte* const value = memory_.to_read(regs_[3], size);
  if (value == nullptr) return fail(insn, bad_pointer, regs_[3]);
  constexpr auto refused = [](std::int64_t error) { return static_cast<std::uint64_t>(-error); };
  if (regs_[4] > 2) {
    regs_[0] = refused(22);
  } else if (*entry == 0) {
    regs_[0] = refused(7);
  } else if (regs_[4] == 1) {
    regs_[0] = refused(17);
  } else {
    std::memmove(memory_.to_write(*entry, size), value, size);
    regs_[0] = 0;
  }
  clobber_arguments();
  return following(insn);
}

/// r1: the context, r2: a prog_array, r3: the index. Taken, the innermost frame becomes the target's, and what
/// that returns goes to this frame's caller, whose record stays as it is. Refused, it is a call that returned.
Machine::Next Machine::tail_call(const Insn& insn) {
  const std::optional<std::size_t> map = memory_.map_of(regs_[2]);
  const auto slots = map ? slots_.of(*map) : std::nullopt;
  if (!slots) return fail(insn, bad_pointer, regs_[2]);
  const std::uint32_t target = count_.attempt(*slots, static_cast<std::uint32_t>(regs_[3]), profile_);
  const std::uint64_t context = regs_[1];
  std::fill_n(regs_.begin(), target == Slots::empty ? 6 : 10, poison);
  if (target == Slots::empty) return following(insn);
  memory_.refresh_frame();
  regs_[1] = context;
  program_ = static_cast<std::uint16_t>(target);
  code_ = code_of_all_.data() + first_insn_[target];
  enter(code_);
  return code_;
}

}  // namespace tailbound::engine::interpreter
