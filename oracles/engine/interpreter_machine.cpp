// Loading a scenario, runs, calls and returns.
#include "oracles/engine/interpreter_machine.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "oracles/engine/interpreter_screen.hpp"

namespace tailbound::engine::interpreter {

namespace {

/// What a call is charged: as many steps as a short function has.
constexpr std::uint64_t call_steps = 16;

}  // namespace

// --- a scenario and a run ------------------------------------------------------------------------------------

void Machine::load(const bpf::Lowered& lowered) {
  lowered_ = &lowered;
  memory_.load(lowered);
  slots_.load(lowered.maps);
  if (code_of_.size() < lowered.programs.size()) code_of_.resize(lowered.programs.size());
  decoded_.assign(lowered.programs.size(), 0);
  longest_program_ = 0;
  at_entry_.clear();
  for (const bpf::Bytecode& program : lowered.programs) {
    longest_program_ = std::max(longest_program_, program.insns.size());
  }
}

void Machine::switch_to(std::uint16_t program) {
  std::vector<Op>& code = code_of_[program];
  if (decoded_[program] == 0) {
    code.clear();
    decode(lowered_->programs[program], lowered_->maps, code);
    decoded_[program] = 1;
  }
  program_ = program;
  code_ = code.data();
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
  switch_to(program);
  memory_.push_frame(stack_of(lowered_->programs[program], 0));
  regs_.fill(poison);
  regs_[1] = memory_.context_pointer();
  regs_[2] = memory_.context_length();
  regs_[10] = memory_.frame_pointer();
  callers_.clear();
  count_ = {};
  times_ = 0;
  randoms_ = 0;
  fault_ = {};
  timed_out_ = false;
  steps_left_ = steps_allowed();
  enter(code_);
}

/// Slot changes that wait for this function's n-th entry. The ledger has not counted it yet, and an entry that
/// finds no fuel is none.
void Machine::enter(const Op* first) {
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
/// but for loops in asm blocks. Only ways back and calls are charged; what lies between them is walked once.
std::uint64_t Machine::steps_allowed() const {
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  const std::uint64_t an_entry = 64 * (256 + std::uint64_t{longest_program_});
  const std::uint64_t entries = lowered_->fuel == most ? most : lowered_->fuel + 1;
  return entries > most / an_entry ? most : entries * an_entry;
}

RunStatus Machine::execute() {
  code_->execute(*this, code_);
  if (timed_out_) return RunStatus::timeout;
  return fault_.kind.empty() ? RunStatus::finished : RunStatus::fault;
}

[[gnu::cold, gnu::noinline]] void Machine::fail(const Op& op, std::string_view kind, std::uint64_t address) {
  fault_ = {.kind = kind, .address = address, .pc = pc_of(op)};
}

[[gnu::cold, gnu::noinline]] bool Machine::time_out(const Op& next) {
  fault_.pc = pc_of(next);
  timed_out_ = true;
  return false;
}

// --- atomic operations ---------------------------------------------------------------------------------------

/// RFC 9669 section 5.3. One program runs at a time, so a plain read and write is atomic here.
template <class Word>
bool Machine::do_atomic(const Op& op) {
  constexpr std::int32_t fetch = 0x01, exchange = 0xe1, compare_exchange = 0xf1;
  const std::uint64_t address = regs_[op.dst] + static_cast<std::uint64_t>(std::int64_t{op.off});
  std::byte* place = memory_.to_write(address, sizeof(Word));
  if (place == nullptr) {
    fail(op, bad_pointer, address);
    return false;
  }
  Word old;
  std::memcpy(&old, place, sizeof(Word));
  const auto what = static_cast<std::int32_t>(op.imm);
  const auto operand = static_cast<Word>(regs_[op.src]);
  Word next = old;
  switch (what) {
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
    default: fail(op, bad_instruction); return false;  // screened: an open set of values
  }
  std::memcpy(place, &next, sizeof(Word));
  if (what == compare_exchange) {
    regs_[0] = old;
  } else if ((what & fetch) != 0) {
    regs_[op.src] = old;
  }
  return true;
}
template bool Machine::do_atomic<std::uint32_t>(const Op&);
template bool Machine::do_atomic<std::uint64_t>(const Op&);

// --- calls ---------------------------------------------------------------------------------------------------

/// What a callee leaves in r1 to r5 is nobody's to rely on.
void Machine::clobber_arguments() { std::fill_n(regs_.begin() + 1, 5, poison); }

/// The callee gets r1 to r5 and a frame; it finds nothing else set.
const Op* Machine::call_local(const Op& op) {
  const Op* const callee = &op + 1 + op.off;
  if (!may_go_on(*callee, call_steps)) return nullptr;
  if (!memory_.push_frame(static_cast<std::uint32_t>(op.imm))) return stop(op, call_depth);
  callers_.push_back({program_, code_, &op + 1, {regs_[6], regs_[7], regs_[8], regs_[9]}});
  regs_[0] = poison;
  std::fill_n(regs_.begin() + 6, 4, poison);
  regs_[10] = memory_.frame_pointer();
  enter(callee);
  return callee;
}

/// Exit: back to the caller, or the end of the run.
const Op* Machine::leave(const Op&) {
  if (callers_.empty()) return nullptr;
  const Caller& caller = callers_.back();
  const Op* const next = caller.next;
  program_ = caller.program;
  code_ = caller.code;
  std::ranges::copy(caller.kept, regs_.begin() + 6);
  callers_.pop_back();
  memory_.pop_frame();
  regs_[10] = memory_.frame_pointer();
  clobber_arguments();
  return next;
}

const Op* Machine::call_helper(const Op& op) {
  switch (static_cast<std::int32_t>(op.imm)) {
    case helper_lookup: return lookup(op);
    case helper_update: return update(op);
    case helper_time: regs_[0] = bpf::time_value(times_++); break;
    case helper_random: regs_[0] = bpf::random_value(lowered_->seed, randoms_++); break;
    default: return stop(op, bad_instruction);  // screened: an open set of numbers
  }
  clobber_arguments();
  return &op + 1;
}

/// r1: an array map, r2: where its key stands.
const Op* Machine::lookup(const Op& op) {
  const std::optional<std::size_t> map = memory_.map_of(regs_[1]);
  if (!map) return stop(op, bad_pointer, regs_[1]);
  std::uint32_t key;
  const std::byte* place = memory_.to_read(regs_[2], sizeof key);
  if (place == nullptr) return stop(op, bad_pointer, regs_[2]);
  std::memcpy(&key, place, sizeof key);
  const std::optional<std::uint64_t> value = memory_.lookup(*map, key);
  if (!value) return stop(op, bad_pointer, regs_[1]);
  regs_[0] = *value;
  clobber_arguments();
  return &op + 1;
}

/// r1: the map, r2: address of the key, r3: of the value, r4: flags. All entries of an array exist: asking for
/// a new one is refused (EEXIST), as is a key beyond the last (E2BIG) or an unknown flag (EINVAL).
const Op* Machine::update(const Op& op) {
  const std::optional<std::size_t> map = memory_.map_of(regs_[1]);
  if (!map) return stop(op, bad_pointer, regs_[1]);
  std::uint32_t key;
  const std::byte* const key_place = memory_.to_read(regs_[2], sizeof key);
  if (key_place == nullptr) return stop(op, bad_pointer, regs_[2]);
  std::memcpy(&key, key_place, sizeof key);
  const std::optional<std::uint64_t> entry = memory_.lookup(*map, key);
  if (!entry) return stop(op, bad_pointer, regs_[1]);
  const std::uint32_t size = lowered_->maps[*map].value_size;
  const std::byte* const value = memory_.to_read(regs_[3], size);
  if (value == nullptr) return stop(op, bad_pointer, regs_[3]);
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
  return &op + 1;
}

/// r1: the context, r2: a prog_array, r3: the index. Taken, the innermost frame becomes the target's, and what
/// that returns goes to this frame's caller, whose record stays as it is. Refused, it is a call that returned.
const Op* Machine::tail_call(const Op& op) {
  const std::optional<std::size_t> map = memory_.map_of(regs_[2]);
  const auto slots = map ? slots_.of(*map) : std::nullopt;
  if (!slots) return stop(op, bad_pointer, regs_[2]);
  const std::uint32_t target = count_.attempt(*slots, static_cast<std::uint32_t>(regs_[3]), profile_);
  const std::uint64_t context = regs_[1];
  std::fill_n(regs_.begin(), target == Slots::empty ? 6 : 10, poison);
  if (target == Slots::empty) return &op + 1;
  const auto program = static_cast<std::uint16_t>(target);
  switch_to(program);
  memory_.refresh_frame(stack_of(lowered_->programs[program], 0));
  regs_[1] = context;
  if (!may_go_on(*code_, call_steps)) return nullptr;
  enter(code_);
  return code_;
}

}  // namespace tailbound::engine::interpreter
