// One counter outside the stack, of the processor or of the task: frames hold nothing.
#include <cstddef>

#include "jit/x86_64/counter.hpp"
#include "jit/x86_64/families.hpp"
#include "jit/x86_64/steps.hpp"

namespace tailbound::x86_64 {

namespace {

jit::CountSlots no_slots(const jit::Frame&) { return {}; }
std::uint32_t bytes(const jit::Frame& frame) { return frame_bytes(frame, 0); }

// --- rax = address of the counter ---

void load_per_cpu(Emitter& e, std::size_t field) {
  e.a.mov_imm64(Gp::rax, 0);
  e.relocate64(jit::Relocation::Kind::per_cpu, e.a.here() - 8, 0, static_cast<std::int32_t>(field));
}
void of_processor(Emitter& e) { load_per_cpu(e, offsetof(PerCpu, tail_calls)); }
void of_task(Emitter& e) {
  load_per_cpu(e, offsetof(PerCpu, current));
  e.a.mov(rax, at(rax));
  static_assert(offsetof(Task, tail_calls) == 0, "the task's address is its counter's");
}

/// Size of the seed, and with it the landing: it must not depend on the function.
constexpr std::uint32_t processor_seed = 17;
constexpr std::uint32_t task_seed = 20;

template <void (*address)(Emitter&), std::uint32_t size>
constexpr Step reset = named("reset counter", [](Emitter& e) {
  if (!seeds_count(e)) {
    e.a.nops(size);
    return;
  }
  address(e);
  e.a.mov64(at(rax), 0);
});

template <void (*address)(Emitter&)>
constexpr Step check_count = named("check count", [](Emitter& e) {
  address(e);
  step::compare_cell(e);
});

template <std::uint32_t seed>
std::uint32_t landing(const jit::Options& options) {
  return (options.ibt ? 13U : 9U) + seed;
}

Scheme counter(jit::SchemeIdentity identity, Steps seed, const Step& check,
               std::uint32_t (*landing_of)(const jit::Options&)) {
  identity.arch = "x86_64";
  identity.profile = &bpf::profile_linux();
  Steps prologue = {step::landing_pad, step::fentry_pad};
  prologue.insert(prologue.end(), seed.begin(), seed.end());
  prologue.insert(prologue.end(), {step::frame_pointer, step::landing_pad, step::stack, step::save_registers});
  return {
      .identity = identity,
      .prologue = std::move(prologue),
      .call_site = {},
      .after_call = {},
      .helper_site = {},
      .tail_call_direct = {check, step::bypass, step::charge_cell, step::restore_registers, step::free_stack,
                           step::target},
      .tail_call_indirect = {step::zero_extend_index, step::check_index, check, step::load_target,
                             step::check_null, step::charge_cell, step::restore_registers, step::free_stack,
                             step::load_entry, step::jump},
      .epilogue = step::plain_epilogue(),
      .trampoline = {},
      .landing = landing_of,
      .frame_bytes = bytes,
      .entry_bytes = nullptr,
      .slots = no_slots,
  };
}

}  // namespace

std::vector<Scheme> counter_family() {
  return {
      counter(
          {.name = "per-cpu",
           .arch = {},
           .summary = "one counter of the processor, reset where a main is entered from outside: whatever else "
                      "enters a program on the processor meanwhile resets and spends it too",
           .source = "discussed in April 2024",
           .not_shown_by =
               "a second entry on the same processor during a run: a probe with a tail call of its own "
               "attached to a function of the run, or a program that interrupts it. A thread that "
               "runs one entry after the other cannot show it"},
          {reset<of_processor, processor_seed>}, check_count<of_processor>, landing<processor_seed>),
      counter(
          {.name = "per-task",
           .arch = {},
           .summary = "one counter of the task, reset where a main is entered from outside: an entry inside an "
                      "entry (a probe) resets it",
           .source = "discussed after that, as a third version",
           .not_shown_by = "a second entry in the same task during a run: a probe with a tail call of its own "
                           "attached to a function of the run. Other tasks and processors cannot disturb it"},
          {reset<of_task, task_seed>}, check_count<of_task>, landing<task_seed>),
      counter({.name = "per-task-kept",
               .arch = {},
               .summary =
                   "one counter of the task that nothing resets: the second run begins where the first ended",
               .source = "the same without the reset; ours"},
              {}, check_count<of_task>, landing<0>),
  };
}

}  // namespace tailbound::x86_64
