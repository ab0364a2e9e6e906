#include "oracles/engine/x86_64/engine.hpp"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <cstring>
#include <thread>

#include "jit/bpf/limits.hpp"
#include "jit/emit/executable_memory.hpp"
#include "jit/lower/stack_bound.hpp"
#include "jit/x86_64/compiler.hpp"
#include "jit/x86_64/counter.hpp"
#include "jit/x86_64/link.hpp"
#include "oracles/engine/bare_runs.hpp"
#include "oracles/engine/disturbance.hpp"
#include "oracles/engine/image_source.hpp"
#include "oracles/engine/x86_64/entry_traps.hpp"
#include "oracles/engine/x86_64/given_context.hpp"
#include "oracles/engine/x86_64/guard.hpp"
#include "oracles/engine/x86_64/live_patch.hpp"
#include "oracles/engine/x86_64/runtime.hpp"
#include "oracles/engine/x86_64/stubs.hpp"

namespace tailbound::engine {

namespace {

using namespace x86_64;
namespace arch = tailbound::x86_64;

constexpr std::size_t code_size = std::size_t{16} << 20;
constexpr std::size_t stack_size = std::size_t{256} << 10;
/// Scenarios are written one behind the other up to here before the first place is used again: enough that code
/// is cold in the instruction cache when it is overwritten, little enough to stay in the second-level cache.
constexpr std::size_t ring_size = std::size_t{512} << 10;

/// BPF stack that a kernel gives a call chain: no frame leaves a longer stretch of its stack unwritten.
constexpr std::size_t least_gap = 512 + 8;

/// An event traps one function.
constexpr std::size_t most_detours = bpf::cap::events;

/// All that needs the system: present or absent as a whole.
struct Machine {
  jit::ExecutableMemory code;
  GuardedStack stack;
};

std::expected<std::unique_ptr<Machine>, std::string> make_machine() {
#if !defined(__x86_64__)
  return std::unexpected("this machine is not an x86-64");
#endif
  if (auto guard = Guard::install(); !guard) return std::unexpected(guard.error());
  auto code = jit::ExecutableMemory::create(code_size);
  if (!code) return std::unexpected(code.error());
  auto stack = GuardedStack::create(stack_size);
  if (!stack) return std::unexpected(stack.error());
  return std::make_unique<Machine>(Machine{std::move(*code), std::move(*stack)});
}

class X86Engine final : public Engine, public Disturbable, public ImageSource, public BareRuns {
 public:
  explicit X86Engine(const X86Settings& settings)
      : settings_(settings),
        identity_{.name = "x86_64",
                  .scheme = std::string(settings.scheme->identity.name),
                  .options = jit::text(settings.options),
                  .profile = settings.scheme->identity.profile,
                  .by_value = settings.scheme->identity.by_value},
        bounds_stack_(!settings.scheme->identity.wild && settings.scheme->identity.nests_within_limit),
        runtime_(settings.options) {
    auto machine = make_machine();
    if (!machine) {
      why_not_ = machine.error();
      return;
    }
    machine_ = std::move(*machine);
    const std::size_t detours = place_stubs();
    entry_traps_ = std::make_unique<EntryTraps>(machine_->code, detours, [this](const bpf::SetSlot& change) {
      change_during_run(lowered_->map_of_array(change.array), change.index, change.program);
    });
  }

  const Identity& identity() const override { return identity_; }
  std::optional<std::string> unavailable() const override {
    return why_not_.empty() ? std::nullopt : std::optional(why_not_);
  }

  std::span<const Observation> run(std::span<const bpf::Lowered> batch) override {
    if (observations_.size() < batch.size()) observations_.resize(batch.size());
    for (std::size_t i = 0; i < batch.size(); ++i) observe(batch[i], observations_[i]);
    return {observations_.data(), batch.size()};
  }

  std::span<const jit::Image> images() const override { return {images_.data(), programs_}; }
  jit::Image compile_afresh(const bpf::Bytecode& program) const override {
    jit::Image image;
    const auto done = arch::Compiler().compile(program, *settings_.scheme, settings_.options, image);
    assert(done.has_value() && "it compiled before");
    return image;
  }
  std::optional<std::uint64_t> stack_bound() override {
    if (!bounds_stack_) return std::nullopt;
    stack_bounds_.finish();
    return stack_bounds_.bytes();
  }

 private:
  /// Gives where the detours of entry traps may stand: behind the stubs, before all scenarios.
  std::size_t place_stubs() {
    jit::CodeBuffer stubs;
    stubs_ = emit_stubs(stubs, &record_, settings_.options);
    std::memcpy(machine_->code.writable(), stubs.bytes().data(), stubs.size());
    machine_->code.publish(0, stubs.size());
    const std::size_t detours = (stubs.size() + 63) / 64 * 64;
    first_free_ = detours + (most_detours * EntryTraps::detour_size + 63) / 64 * 64;
    next_ = first_free_;
    placement_.helper[static_cast<std::size_t>(bpf::Helper::lookup)] = machine_->code.address(stubs_.lookup);
    placement_.helper[static_cast<std::size_t>(bpf::Helper::update)] = machine_->code.address(stubs_.update);
    placement_.helper[static_cast<std::size_t>(bpf::Helper::time)] = machine_->code.address(stubs_.time);
    placement_.helper[static_cast<std::size_t>(bpf::Helper::random)] = machine_->code.address(stubs_.random);
    for (std::size_t reg = 0; reg < stubs_.thunk.size(); ++reg) {
      placement_.thunk[reg] = machine_->code.address(stubs_.thunk[reg]);
    }
    placement_.return_thunk = machine_->code.address(stubs_.return_thunk);
    placement_.per_cpu = reinterpret_cast<std::uint64_t>(&per_cpu_);
    record_.stack_top = machine_->stack.top();
    return detours;
  }

  void observe(const bpf::Lowered& lowered, Observation& out) {
    out.layout = lowered.ledger;
    out.unavailable.assign(why_not_.empty() ? unsupported_event(lowered) : std::string_view(why_not_));
    if (!out.unavailable.empty() || !load(lowered, out.unavailable)) {
      keep_runs(out, 0);
      return;
    }
    lowered_ = &lowered;
    entry_traps_->clear();
    trapped_ = 0;
    task_ = {};  // a scenario is a task of its own
    per_cpu_ = {.tail_calls = 0, .current = &task_};
    const GivenContextInUse given(lowered.context ? &*lowered.context : nullptr);
    if (!given.problem().empty()) {
      out.unavailable = given.problem();
      keep_runs(out, 0);
      return;
    }
    std::size_t runs = 0;
    for (const bpf::Event& event : lowered.events) {
      if (const auto* run = std::get_if<bpf::Run>(&event)) {
        if (out.runs.size() <= runs) add_run(out);
        run_program(lowered, run->program, lowered.fuel_of_run(runs), out.runs[runs]);
        ++runs;
      } else if (const auto* slot = std::get_if<bpf::SetSlot>(&event)) {
        set_slot(lowered.map_of_array(slot->array), slot->index, slot->program);
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
  void add_run(Observation& out) {
    if (spare_.empty()) {
      out.runs.emplace_back();
      return;
    }
    out.runs.push_back(std::move(spare_.back()));
    spare_.pop_back();
  }
  void keep_runs(Observation& out, std::size_t count) {
    for (; out.runs.size() > count; out.runs.pop_back()) spare_.push_back(std::move(out.runs.back()));
  }

  // --- loading: compile, place, link, fill the slots ---

  bool load(const bpf::Lowered& lowered, std::string& why_not) {
    runtime_.reset(lowered);
    if (bounds_stack_) {
      stack_bounds_.begin(lowered,
                          {.frame = settings_.scheme->frame_bytes, .entry = settings_.scheme->entry_bytes},
                          bpf::max_tail_call_cnt);
    }
    if (images_.size() < lowered.programs.size()) images_.resize(lowered.programs.size());
    std::size_t size = 0;
    for (std::size_t p = 0; p < lowered.programs.size(); ++p) {
      const auto done =
          compiler_.compile(lowered.programs[p], *settings_.scheme, settings_.options, images_[p]);
      if (!done) {
        why_not = "program " + std::to_string(p) + ": " + done.error().text();
        return false;
      }
      // Here, since the compiler has just found the program's frames.
      if (bounds_stack_) stack_bounds_.add(lowered.programs[p], compiler_.found());
      size += (images_[p].code.size() + 63) / 64 * 64;
    }
    if (size > code_size - first_free_) {
      why_not = "the programs' code takes " + std::to_string(size) + " bytes; expected at most " +
                std::to_string(code_size - first_free_);
      return false;
    }
    if (next_ + size > std::max(ring_size, first_free_ + size)) next_ = first_free_;
    const std::size_t start = next_;
    place(lowered);
    for (std::uint16_t m = lowered.first_prog_array; m < lowered.maps.size(); ++m) {
      for (const bpf::Slot& slot : lowered.maps[m].slots) write_slot(m, slot.index, slot.program);
    }
    machine_->code.publish(start, next_ - start);
    return true;
  }

  void place(const bpf::Lowered& lowered) {
    programs_ = lowered.programs.size();
    placement_.map = runtime_.map_addresses();
    placement_.map_value = runtime_.value_addresses();
    longest_gap_ = least_gap;
    offset_.clear();
    function_address_.clear();
    first_function_.clear();
    for (std::size_t p = 0; p < programs_; ++p) {
      const jit::Image& image = images_[p];
      offset_.push_back(next_);
      first_function_.push_back(function_address_.size());
      for (const jit::ImageFunction& f : image.functions) {
        function_address_.push_back(machine_->code.address(next_ + f.offset));
        longest_gap_ = std::max<std::size_t>(longest_gap_, f.stack_depth + 8U);
      }
      next_ += (image.code.size() + 63) / 64 * 64;
    }
    for (std::size_t p = 0; p < programs_; ++p) {
      const jit::Image& image = images_[p];
      std::uint8_t* const code = machine_->code.writable() + offset_[p];
      std::memcpy(code, image.code.data(), image.code.size());
      placement_.function = functions_of(p);
      link(image, placement_, code);
      runtime_.set_entry(static_cast<std::uint16_t>(p), placement_.function[0]);
    }
  }

  std::span<const std::uint64_t> functions_of(std::size_t program) const {
    return {function_address_.data() + first_function_[program], images_[program].functions.size()};
  }

  // --- slots ---

  void set_slot(std::uint16_t map, std::uint32_t index, std::optional<std::uint16_t> program) {
    write_slot(map, index, program);
    machine_->code.publish(first_free_, next_ - first_free_);
  }

  /// The pointer for indirect sites, and the patches of every direct site of this slot, in all programs.
  void write_slot(std::uint16_t map, std::uint32_t index, std::optional<std::uint16_t> program) {
    runtime_.set_slot(map, index, program);
    std::optional<std::uint64_t> entry;
    if (program) entry = functions_of(*program)[0] + images_[*program].functions[0].landing;
    each_direct_site(map, index, entry,
                     [&](std::uint8_t* code, const jit::ImageSite& site, const arch::SitePatches& patch) {
                       std::memcpy(code + site.target, patch.target.data(), patch.target.size());
                       std::memcpy(code + site.bypass, patch.bypass.data(), patch.bypass.size());
                     });
  }

  /// Calls `write(code, site, patches)` for the direct sites of a slot in all programs; `code` is where the
  /// program's image is written.
  template <class Write>
  void each_direct_site(std::uint16_t map, std::uint32_t index, std::optional<std::uint64_t> entry,
                        Write&& write) {
    for (std::size_t p = 0; p < programs_; ++p) {
      for (const jit::ImageSite& site : images_[p].sites) {
        if (site.map != map || site.direct_index != index) continue;
        write(machine_->code.writable() + offset_[p], site,
              arch::patches(images_[p], site, functions_of(p)[site.function], entry));
      }
    }
  }

  /// As a kernel does while programs run: a filled slot gets its target before its bypass, an emptied one its
  /// bypass first; its target stays until no run is inside. Called in a signal handler.
  void change_during_run(std::uint16_t map, std::uint32_t index, std::optional<std::uint16_t> program) {
    const auto same = [&](const EmptiedSlot& slot) { return slot.map == map && slot.index == index; };
    emptied_.erase(std::remove_if(emptied_.begin(), emptied_.end(), same), emptied_.end());
    if (program) {
      write_slot(map, index, program);
    } else {
      runtime_.set_slot(map, index, std::nullopt);
      each_direct_site(map, index, std::nullopt,
                       [&](std::uint8_t* code, const jit::ImageSite& site, const arch::SitePatches& patch) {
                         std::memcpy(code + site.bypass, patch.bypass.data(), patch.bypass.size());
                       });
      emptied_.push_back({map, index});
    }
    machine_->code.publish(first_free_, next_ - first_free_);
  }

  /// False: the function does not begin as every lowered one does, or there are too many.
  bool add_entry_trap(const bpf::Lowered& lowered, const bpf::AtEntry& change) {
    const std::uint16_t p = change.function.program;
    const bpf::LoweredFunction& function = lowered.programs[p].functions[change.function.function];
    const EntryTraps::Body body = {.at = offset_[p] + images_[p].address[function.first_insn],
                                   .size = movable_bytes(lowered.programs[p], function, images_[p])};
    if (body.size == 0 || ++trapped_ > most_detours) return false;
    entry_traps_->add(body, function.id, {.count = change.count, .slot = change.change});
    return true;
  }

  /// Bytes of the moves that a body begins with, until they have room for a jump. Lowered functions keep the context
  /// and load the ledger's address; nothing jumps there.
  static std::uint32_t movable_bytes(const bpf::Bytecode& program, const bpf::LoweredFunction& function,
                                     const jit::Image& image) {
    constexpr std::uint8_t move_register = bpf::build::mov(bpf::Reg::r0, bpf::Reg::r0).opcode;
    for (std::uint32_t i = function.first_insn; i < function.end_insn;) {
      const bpf::Insn& insn = program.insns[i];
      if (!bpf::is_two_slot(insn) && (insn.opcode != move_register || insn.off != 0)) return 0;
      i += bpf::is_two_slot(insn) ? 2 : 1;
      if (i >= function.end_insn) return 0;
      const std::uint32_t size = image.address[i] - image.address[function.first_insn];
      if (size >= EntryTraps::least_body) return size <= EntryTraps::longest_body ? size : 0;
    }
    return 0;
  }

  // --- changes from a second thread ---

  /// Even: no run is inside.
  using Epoch = std::atomic<std::uint64_t>;

  static void wait_until_no_run_is_inside(const Epoch& epoch) {
    const std::uint64_t now = epoch.load(std::memory_order_acquire);
    if (now % 2 == 0) return;
    while (epoch.load(std::memory_order_acquire) == now) std::this_thread::yield();
  }

  /// In the kernel's order (kernel/bpf/arraymap.c, prog_array_map_poke_run): the slot, then of a filled one the
  /// target before the bypass, of an emptied one the bypass, a grace period, the target.
  void change_live(LivePatcher& patcher, const Epoch& epoch, std::uint16_t map, std::uint32_t index,
                   std::optional<std::uint16_t> program) {
    runtime_.set_slot(map, index, program);
    std::optional<std::uint64_t> entry;
    if (program) entry = functions_of(*program)[0] + images_[*program].functions[0].landing;
    const auto patch_all = [&](std::uint32_t jit::ImageSite::* place,
                               arch::PatchBytes arch::SitePatches::* bytes) {
      each_direct_site(map, index, entry,
                       [&](std::uint8_t* code, const jit::ImageSite& site, const arch::SitePatches& patch) {
                         patcher.patch(static_cast<std::size_t>(code - machine_->code.writable()) + site.*place,
                                       patch.*bytes);
                       });
    };
    if (program) {
      patch_all(&jit::ImageSite::target, &arch::SitePatches::target);
      patch_all(&jit::ImageSite::bypass, &arch::SitePatches::bypass);
    } else {
      patch_all(&jit::ImageSite::bypass, &arch::SitePatches::bypass);
      wait_until_no_run_is_inside(epoch);
      patch_all(&jit::ImageSite::target, &arch::SitePatches::target);
    }
  }

  static std::optional<std::uint16_t> first_content(const bpf::LoweredMap& map, std::uint32_t index) {
    const auto at = std::find_if(map.slots.begin(), map.slots.end(),
                                 [&](const bpf::Slot& slot) { return slot.index == index; });
    return at == map.slots.end() ? std::nullopt : std::optional(at->program);
  }

  std::string run_disturbed(const bpf::Lowered& lowered, const Disturbance& disturbance,
                            const std::function<void(const RunObservation&)>& seen,
                            RunObservation& undisturbed) override {
    std::string why = why_not_;
    if (!why.empty() || !load(lowered, why)) return why;
    if (auto ready = LivePatcher::prepare(); !ready) return ready.error();
    const auto run = std::find_if(lowered.events.begin(), lowered.events.end(),
                                  [](const bpf::Event& e) { return std::holds_alternative<bpf::Run>(e); });
    if (run == lowered.events.end()) return "the scenario has no run";
    const std::uint16_t program = std::get<bpf::Run>(*run).program;
    lowered_ = &lowered;
    entry_traps_->clear();
    LivePatcher patcher(machine_->code);
    Epoch epoch{0};
    {
      std::jthread changer([&](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
          for (const bpf::SetSlot& change : disturbance.changes) {
            change_live(patcher, epoch, lowered.map_of_array(change.array), change.index, change.program);
          }
        }
      });
      traps_ = &patcher;
      for (std::size_t i = 0; i < disturbance.runs; ++i) {
        ++epoch;
        run_program(lowered, program, lowered.fuel, undisturbed);
        ++epoch;
        seen(undisturbed);
      }
    }
    traps_ = nullptr;
    for (const bpf::SetSlot& change : disturbance.changes) {
      const std::uint16_t map = lowered.map_of_array(change.array);
      write_slot(map, change.index, first_content(lowered.maps[map], change.index));
    }
    machine_->code.publish(first_free_, next_ - first_free_);
    run_program(lowered, program, lowered.fuel, undisturbed);
    return {};
  }

  // --- bare runs ---

  std::string prepare(const bpf::Lowered& lowered) override {
    std::string why = why_not_;
    if (why.empty() && lowered.context) why = "a given context";
    if (!why.empty() || !load(lowered, why)) return why;
    lowered_ = &lowered;
    entry_traps_->clear();
    task_ = {};
    per_cpu_ = {.tail_calls = 0, .current = &task_};
    return {};
  }

  void run_bare() override {
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

  std::optional<Interruption> call_guarded(const bpf::Lowered& lowered) {
    const std::uint64_t enter = machine_->code.address(stubs_.enter);
    const std::uint64_t recover = machine_->code.address(stubs_.recover);
    if (entry_traps_->empty()) return Guard::call(enter, recover, settings_.time_limit, traps_);
    std::uint64_t* const ledger = runtime_.ledger();
    emptied_.reserve(lowered.events.size());
    entry_traps_->arm(&ledger[bpf::LedgerLayout::fuel], &ledger[lowered.ledger.entry(0)]);
    const auto interrupted = Guard::call(enter, recover, settings_.time_limit, entry_traps_.get());
    entry_traps_->disarm();
    for (const EmptiedSlot& slot : emptied_) write_slot(slot.map, slot.index, std::nullopt);
    emptied_.clear();
    return interrupted;
  }

  /// A fresh ledger, and what the entry stub reads.
  void begin_run(const bpf::Lowered& lowered, std::uint16_t program, std::uint64_t fuel) {
    std::uint64_t* const ledger = runtime_.ledger();
    std::fill_n(ledger, lowered.ledger.words(), 0);
    ledger[bpf::LedgerLayout::fuel] = fuel;
    record_.target = functions_of(program)[0];
    record_.context = lowered.context ? given_context_pointer(*lowered.context) : runtime_.context_address();
    record_.length = lowered.context ? lowered.context->bytes.size() : register_poison;
    if (lowered.context) fill_given_context(*lowered.context);
    record_.random_calls = 0;
    record_.time_calls = 0;
    record_.seed = lowered.seed;
  }

  void run_program(const bpf::Lowered& lowered, std::uint16_t program, std::uint64_t fuel, RunObservation& out) {
    begin_run(lowered, program, fuel);
    machine_->stack.place_canaries();
    const auto interrupted = call_guarded(lowered);
    out.status = RunStatus::finished;
    out.fault = {};
    out.frame = {};
    out.stack_used =
        interrupted ? machine_->stack.take_high_water() : machine_->stack.take_high_water(longest_gap_);
    out.return_value = interrupted ? 0 : record_.returned;
    if (interrupted) {
      out.status = interrupted->status;
      out.fault = interrupted->fault;
      out.fault.pc -= machine_->code.address();
    } else {
      out.frame = {.stack_pointer = record_.rsp == record_.stack_top,
                   .callee_saved = record_.saved == register_canaries,
                   .canaries = machine_->stack.canaries_intact()};
    }
    out.context.clear();
    if (lowered.context) read_given_context(*lowered.context, out.context);
    const std::uint64_t* const ledger = runtime_.ledger();
    out.ledger.assign(ledger, ledger + lowered.ledger.words());
    out.cells.clear();
    for (std::uint16_t m = lowered.first_array_map; m < lowered.first_prog_array; ++m) {
      const std::uint64_t* const cells = runtime_.cells(m);
      out.cells.insert(out.cells.end(), cells, cells + lowered.maps[m].words.size());
    }
  }

  struct EmptiedSlot {
    std::uint16_t map;
    std::uint32_t index;
  };

  X86Settings settings_;
  Identity identity_;
  bool bounds_stack_;
  std::string why_not_;
  std::unique_ptr<Machine> machine_;
  EntryRecord record_;  // its address is built into the stubs: this object does not move
  arch::Task task_;
  arch::PerCpu per_cpu_;  // its address is built into images
  Stubs stubs_;
  std::size_t first_free_ = 0;
  std::size_t next_ = 0;
  Runtime runtime_;
  const bpf::Lowered* lowered_ = nullptr;  // under way
  std::unique_ptr<EntryTraps> entry_traps_;
  std::size_t trapped_ = 0;
  TrapHandler* traps_ = nullptr;      // of a disturbed run
  std::vector<EmptiedSlot> emptied_;  // during a run: their targets are still to be taken out
  arch::Compiler compiler_;
  arch::Placement placement_;
  std::size_t programs_ = 0;
  std::vector<jit::Image> images_;
  std::vector<std::size_t> offset_;              // by program, in the code memory
  std::vector<std::uint64_t> function_address_;  // of all programs
  std::vector<std::size_t> first_function_;      // by program, in function_address_
  std::size_t longest_gap_ = least_gap;          // bytes of stack that a frame may leave unwritten
  jit::StackBounds stack_bounds_;
  std::vector<Observation> observations_;
  std::vector<RunObservation> spare_;
};

}  // namespace

std::unique_ptr<Engine> make_x86_64(const X86Settings& settings) {
  return std::make_unique<X86Engine>(settings);
}

}  // namespace tailbound::engine
