#include "oracles/engine/native/engine.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

#include "jit/bpf/limits.hpp"
#include "oracles/engine/native/given_context.hpp"

namespace tailbound::engine::native {

namespace {

/// BPF stack that a kernel gives a call chain: no frame leaves a longer stretch of its stack unwritten.
constexpr std::size_t least_gap = 512 + 8;

/// Stubs, detours and scenarios begin on pages of their own: what is published for one need not touch the
/// others.
constexpr std::size_t page = 4096;

constexpr std::size_t up_to(std::size_t multiple, std::size_t size) {
  return (size + multiple - 1) / multiple * multiple;
}

/// A given context's place, kept while a scenario runs.
class KeptContext {
 public:
  KeptContext(Machine& machine, const std::optional<bpf::GivenContext>& context)
      : machine_(context ? &machine : nullptr), problem_(context ? machine.keep_context(*context) : "") {}
  ~KeptContext() {
    if (machine_ != nullptr) machine_->release_context();
  }
  KeptContext(const KeptContext&) = delete;
  KeptContext& operator=(const KeptContext&) = delete;
  std::string_view problem() const { return problem_; }

 private:
  Machine* machine_;
  std::string_view problem_;
};

}  // namespace

NativeEngine::NativeEngine(std::unique_ptr<Target> target, Place place, std::chrono::milliseconds time_limit)
    : connect_(std::move(place.connect)),
      target_(std::move(target)),
      runtime_(target_->options()),
      identity_{.name = std::string(target_->arch()),
                .scheme = std::string(target_->scheme().name),
                .options = jit::text(target_->options()),
                .profile = target_->scheme().profile,
                .by_value = target_->scheme().by_value,
                .emulated = place.emulated},
      time_limit_(time_limit),
      bounds_stack_(!target_->scheme().wild && target_->scheme().nests_within_limit) {}

bool NativeEngine::connected() {
  if (connect_) {
    MachineOrReason answer = std::exchange(connect_, nullptr)();
    why_not_ = std::move(answer.why_not);
    machine_ = std::move(answer.machine);
    if (machine_) place_stubs();
  }
  return machine_ != nullptr;
}

std::optional<std::string> NativeEngine::unavailable() const {
  // To the caller it makes no difference whether this was known before.
  if (const_cast<NativeEngine*>(this)->connected()) return std::nullopt;
  return why_not_;
}

std::span<const Observation> NativeEngine::run(std::span<const bpf::Lowered> batch) {
  if (observations_.size() < batch.size()) observations_.resize(batch.size());
  for (std::size_t i = 0; i < batch.size(); ++i) observe(batch[i], observations_[i]);
  return {observations_.data(), batch.size()};
}

jit::Image NativeEngine::compile_afresh(const bpf::Bytecode& program) const {
  // By the machine's own compiler where it has one: another build of it, so that more is compared.
  if (target_->is_own_scheme()) {
    if (auto image = machine_->compile(program, identity_.scheme, target_->options())) return std::move(*image);
  }
  return target_->compile_afresh(program);
}

std::optional<std::uint64_t> NativeEngine::stack_bound() {
  if (!bounds_stack_) return std::nullopt;
  stack_bounds_.finish();
  return stack_bounds_.bytes();
}

void NativeEngine::place_stubs() {
  code_ = machine_->code();
  jit::CodeBuffer stubs;
  stubs_ = target_->emit_stubs(stubs, code_.address, machine_->words_address());
  using bpf::Helper;
  for (const auto& [helper, stub] :
       {std::pair(Helper::lookup, stubs_.lookup), std::pair(Helper::update, stubs_.update),
        std::pair(Helper::time, stubs_.time), std::pair(Helper::random, stubs_.random)}) {
    placement_.helper[static_cast<std::size_t>(helper)] = address_in(code_, stub);
  }
  std::memcpy(code_.here, stubs.bytes().data(), stubs.size());
  machine_->publish(0, stubs.size());
  const std::size_t detours = up_to(page, stubs.size());
  first_free_ = next_ = up_to(page, detours + most_detours * Target::detour_size);
  machine_->words().record.stack_top = machine_->stack().top_address();
  entry_traps_ = std::make_unique<EntryTraps>(*machine_, *target_, detours, [this](const bpf::SetSlot& change) {
    change_during_run(lowered_->map_of_array(change.array), change.index, change.program);
  });
}

void NativeEngine::observe(const bpf::Lowered& lowered, Observation& out) {
  out.layout = lowered.ledger;
  out.unavailable.assign(connected() ? unsupported_event(lowered) : std::string_view(why_not_));
  if (out.unavailable.empty()) out.unavailable.assign(machine_->trouble());
  if (!out.unavailable.empty() || !load(lowered, out.unavailable)) return keep_runs(out, 0);
  lowered_ = &lowered;
  entry_traps_->clear();
  trapped_ = 0;
  target_->begin_scenario(machine_->words(), machine_->words_address());
  const KeptContext given(*machine_, lowered.context);
  if (!given.problem().empty()) {
    out.unavailable = given.problem();
    return keep_runs(out, 0);
  }
  run_events(lowered, out);
}

void NativeEngine::run_events(const bpf::Lowered& lowered, Observation& out) {
  std::size_t runs = 0;
  for (const bpf::Event& event : lowered.events) {
    if (const auto* run = std::get_if<bpf::Run>(&event)) {
      if (out.runs.size() <= runs) add_run(out);
      run_program(lowered, run->program, lowered.fuel_of_run(runs), out.runs[runs]);
      ++runs;
    } else if (const auto* slot = std::get_if<bpf::SetSlot>(&event)) {
      write_slot(lowered.map_of_array(slot->array), slot->index, slot->program);
      publish_patches();
    } else if (const auto* cell = std::get_if<bpf::SetCell>(&event)) {
      runtime_.cells(lowered.map_of_cells(cell->cell.map))[cell->cell.index] = cell->value;
    } else if (const auto* change = std::get_if<bpf::AtEntry>(&event)) {
      if (!add_entry_trap(lowered, *change)) {
        out.unavailable = "a slot change at the entry of a function that does not begin as lowered ones do";
        break;
      }
    }
  }
  keep_runs(out, out.unavailable.empty() ? runs : 0);
}

/// Records of runs keep their buffers in `spare_` while no observation needs them.
void NativeEngine::add_run(Observation& out) {
  if (spare_.empty()) {
    out.runs.emplace_back();
    return;
  }
  out.runs.push_back(std::move(spare_.back()));
  spare_.pop_back();
}
void NativeEngine::keep_runs(Observation& out, std::size_t count) {
  for (; out.runs.size() > count; out.runs.pop_back()) spare_.push_back(std::move(out.runs.back()));
}

// --- loading: compile, place, link, fill the slots ---

bool NativeEngine::load(const bpf::Lowered& lowered, std::string& why_not) {
  if (auto laid_out = runtime_.reset(lowered, *machine_); !laid_out) {
    why_not = laid_out.error();
    return false;
  }
  const std::size_t size = compile_all(lowered, why_not);
  if (!why_not.empty()) return false;
  if (size > code_.size - first_free_) {
    why_not = "the programs' code takes " + std::to_string(size) + " bytes; expected at most " +
              std::to_string(code_.size - first_free_);
    return false;
  }
  if (next_ + size > std::max(machine_->ring_size(), first_free_ + size)) {
    next_ = first_free_;
    machine_->recycle(next_);
  }
  const std::size_t start = next_;
  if (!place(lowered, why_not)) return false;
  for (std::uint16_t m = lowered.first_prog_array; m < lowered.maps.size(); ++m) {
    for (const bpf::Slot& slot : lowered.maps[m].slots) write_slot(m, slot.index, slot.program);
  }
  machine_->publish(start, next_ - start);
  return true;
}

/// Bytes of code.
std::size_t NativeEngine::compile_all(const bpf::Lowered& lowered, std::string& why_not) {
  if (bounds_stack_) stack_bounds_.begin(lowered, target_->stack_costs(), bpf::max_tail_call_cnt);
  if (images_.size() < lowered.programs.size()) images_.resize(lowered.programs.size());
  std::size_t size = 0;
  for (std::size_t p = 0; p < lowered.programs.size(); ++p) {
    if (const auto done = target_->compile(lowered.programs[p], images_[p]); !done) {
      why_not = "program " + std::to_string(p) + ": " + done.error().text();
      return 0;
    }
    // Here, since the compiler has just found the program's frames.
    if (bounds_stack_) stack_bounds_.add(lowered.programs[p], target_->found());
    size += up_to(64, images_[p].code.size());
  }
  return size;
}

bool NativeEngine::place(const bpf::Lowered& lowered, std::string& why_not) {
  programs_ = lowered.programs.size();
  longest_gap_ = least_gap;
  offset_.clear();
  function_address_.clear();
  first_function_.clear();
  for (std::size_t p = 0; p < programs_; ++p) {
    const jit::Image& image = images_[p];
    offset_.push_back(next_);
    first_function_.push_back(function_address_.size());
    for (const jit::ImageFunction& f : image.functions) {
      function_address_.push_back(address_in(code_, next_ + f.offset));
      longest_gap_ = std::max<std::size_t>(longest_gap_, f.stack_depth + 8U);
    }
    next_ += up_to(64, image.code.size());
  }
  placement_.map = runtime_.map_addresses();
  placement_.map_value = runtime_.value_addresses();
  for (std::size_t p = 0; p < programs_; ++p) {
    const jit::Image& image = images_[p];
    std::uint8_t* const code = code_.here + offset_[p];
    std::memcpy(code, image.code.data(), image.code.size());
    placement_.function = functions_of(p);
    if (const auto linked = target_->link(image, placement_, code); !linked) {
      why_not = "program " + std::to_string(p) + ": " + linked.error();
      return false;
    }
    runtime_.set_entry(static_cast<std::uint16_t>(p), functions_of(p)[0]);
  }
  return true;
}

// --- slots ---

std::optional<std::uint64_t> NativeEngine::landing_of(std::optional<std::uint16_t> program) const {
  if (!program) return std::nullopt;
  return functions_of(*program)[0] + images_[*program].functions[0].landing;
}

void NativeEngine::write_slot(std::uint16_t map, std::uint32_t index, std::optional<std::uint16_t> program) {
  runtime_.set_slot(map, index, program);
  each_direct_site(
      map, index,
      [&](const jit::Image& image, const jit::ImageSite& site, std::uint64_t function, std::uint8_t* code) {
        target_->patch_site(image, site, function, landing_of(program), code, true);
      });
}

/// As a kernel does while programs run: a filled slot gets its target before its bypass, an emptied one its
/// bypass first; its target stays until no run is inside. Called in a signal handler.
void NativeEngine::change_during_run(std::uint16_t map, std::uint32_t index,
                                     std::optional<std::uint16_t> program) {
  const auto same = [&](const EmptiedSlot& slot) { return slot.map == map && slot.index == index; };
  emptied_.erase(std::remove_if(emptied_.begin(), emptied_.end(), same), emptied_.end());
  if (program) {
    write_slot(map, index, program);
  } else {
    runtime_.set_slot(map, index, std::nullopt);
    each_direct_site(
        map, index,
        [&](const jit::Image& image, const jit::ImageSite& site, std::uint64_t function, std::uint8_t* code) {
          target_->patch_site(image, site, function, std::nullopt, code, false);
        });
    emptied_.push_back({map, index});
  }
  publish_patches();
}

/// False: the function does not begin as every lowered one does, or there are too many.
bool NativeEngine::add_entry_trap(const bpf::Lowered& lowered, const bpf::AtEntry& change) {
  const std::uint16_t p = change.function.program;
  const bpf::LoweredFunction& function = lowered.programs[p].functions[change.function.function];
  const EntryTraps::Body body = {.at = offset_[p] + images_[p].address[function.first_insn],
                                 .size = movable_bytes(lowered.programs[p], function, images_[p])};
  if (body.size == 0 || ++trapped_ > most_detours) return false;
  entry_traps_->add(body, function.id, {.count = change.count, .slot = change.change});
  return true;
}

/// Bytes of the moves that a body begins with, until they have room for a jump. Lowered functions keep the
/// context and load the ledger's address; nothing jumps there.
std::uint32_t NativeEngine::movable_bytes(const bpf::Bytecode& program, const bpf::LoweredFunction& function,
                                          const jit::Image& image) const {
  constexpr std::uint8_t move_register = bpf::build::mov(bpf::Reg::r0, bpf::Reg::r0).opcode;
  for (std::uint32_t i = function.first_insn; i < function.end_insn;) {
    const bpf::Insn& insn = program.insns[i];
    if (!bpf::is_two_slot(insn) && (insn.opcode != move_register || insn.off != 0)) return 0;
    i += bpf::is_two_slot(insn) ? 2 : 1;
    if (i >= function.end_insn) return 0;
    const std::uint32_t size = image.address[i] - image.address[function.first_insn];
    if (size >= target_->least_body()) return size <= Target::longest_body ? size : 0;
  }
  return 0;
}

// --- bare runs ---

std::string NativeEngine::prepare(const bpf::Lowered& lowered) {
  std::string why = connected() ? "" : why_not_;
  if (why.empty() && lowered.context) why = "a given context";
  if (!why.empty() || !load(lowered, why)) return why;
  lowered_ = &lowered;
  entry_traps_->clear();
  target_->begin_scenario(machine_->words(), machine_->words_address());
  return {};
}

void NativeEngine::run_bare() {
  for (const bpf::Event& event : lowered_->events) {
    const auto* const run = std::get_if<bpf::Run>(&event);
    if (run == nullptr) continue;
    for (std::uint16_t m = lowered_->first_array_map; m < lowered_->first_prog_array; ++m) {
      std::ranges::copy(lowered_->maps[m].words, runtime_.cells(m));
    }
    begin_run(*lowered_, run->program, lowered_->fuel);
    call_guarded(*lowered_);
  }
}

// --- running ---

std::optional<Interruption> NativeEngine::call_guarded(const bpf::Lowered& lowered) {
  const std::uint64_t enter = address_in(code_, stubs_.enter);
  const std::uint64_t recover = address_in(code_, stubs_.recover);
  if (entry_traps_->empty()) return machine_->call(enter, recover, time_limit_, traps_);
  std::uint64_t* const ledger = runtime_.ledger();
  emptied_.reserve(lowered.events.size());
  entry_traps_->arm(&ledger[bpf::LedgerLayout::fuel], &ledger[lowered.ledger.entry(0)],
                    runtime_.ledger_address() + 8 * lowered.ledger.entry(0));
  const auto interrupted = machine_->call(enter, recover, time_limit_, entry_traps_.get());
  entry_traps_->disarm();
  for (const EmptiedSlot& slot : emptied_) write_slot(slot.map, slot.index, std::nullopt);
  emptied_.clear();
  return interrupted;
}

/// A fresh ledger, and what the entry stub reads.
void NativeEngine::begin_run(const bpf::Lowered& lowered, std::uint16_t program, std::uint64_t fuel) {
  std::uint64_t* const ledger = runtime_.ledger();
  std::fill_n(ledger, lowered.ledger.words(), 0);
  ledger[bpf::LedgerLayout::fuel] = fuel;
  EntryRecord& record = machine_->words().record;
  record.target = functions_of(program)[0];
  record.context = lowered.context ? given_context_pointer(*lowered.context) : runtime_.context_address();
  record.length = lowered.context ? lowered.context->bytes.size() : register_poison;
  if (lowered.context) machine_->fill_context(*lowered.context);
  record.random_calls = 0;
  record.time_calls = 0;
  record.seed = lowered.seed;
}

void NativeEngine::run_program(const bpf::Lowered& lowered, std::uint16_t program, std::uint64_t fuel,
                               RunObservation& out) {
  begin_run(lowered, program, fuel);
  machine_->stack().place_canaries();
  read_end(call_guarded(lowered), out);
  out.context.clear();
  if (lowered.context) machine_->read_context(*lowered.context, out.context);
  const std::uint64_t* const ledger = runtime_.ledger();
  out.ledger.assign(ledger, ledger + lowered.ledger.words());
  out.cells.clear();
  for (std::uint16_t m = lowered.first_array_map; m < lowered.first_prog_array; ++m) {
    const std::uint64_t* const cells = runtime_.cells(m);
    out.cells.insert(out.cells.end(), cells, cells + lowered.maps[m].words.size());
  }
}

/// How the run ended, and what it left of its frame.
void NativeEngine::read_end(const std::optional<Interruption>& interrupted, RunObservation& out) {
  PaintedStack& stack = machine_->stack();
  out.fault = {};
  out.frame = {};
  if (interrupted) {
    out.status = interrupted->status;
    out.fault = fault_of(*interrupted);
    out.fault.pc -= code_.address;
    out.stack_used = stack.take_high_water();
    out.return_value = 0;
    return;
  }
  const EntryRecord& record = machine_->words().record;
  const auto canaries = target_->canaries();
  out.status = RunStatus::finished;
  out.stack_used = stack.take_high_water(longest_gap_);
  out.return_value = record.returned;
  out.frame = {.stack_pointer = record.stack_pointer == record.stack_top,
               .callee_saved = std::equal(canaries.begin(), canaries.end(), record.saved.begin()),
               .canaries = stack.canaries_intact()};
}

}  // namespace tailbound::engine::native
