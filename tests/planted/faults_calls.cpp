// Faults round calls of subprograms and helpers.
#include "tests/planted/hand_written.hpp"

namespace tailbound::planted {

namespace {

std::int32_t below_unrounded(const jit::Frame& frame, std::int32_t n) {
  return -static_cast<std::int32_t>(frame.stack_depth) - 8 * n;
}

template <std::int32_t (*place)(const jit::Frame&, std::int32_t), std::int32_t n>
constexpr Step load_rax = named("reload", [](Emitter& e) {
  if (e.frame.reaches_tail_call) e.a.mov(rax, at_disp32(rbp, place(e.frame, n)));
});
constexpr Step load_low_half = named("reload pointer", [](Emitter& e) {
  if (e.frame.reaches_tail_call) e.a.mov(eax, at_disp32(rbp, below_stack(e.frame, 2)));
});
/// As if the saved registers lay above the slots.
constexpr Step load_one_word_off = named("reload pointer", [](Emitter& e) {
  const std::int32_t words = e.frame.saved_count() == 0 ? 2 : 3;
  if (e.frame.reaches_tail_call) e.a.mov(rax, at_disp32(rbp, below_stack(e.frame, words)));
});
/// A trampoline's scratch: the number of registers that it saved.
constexpr Step leave_a_small_number = named("trampoline", [](Emitter& e) { e.a.mov_imm32(Gp::rax, 1); });

void add_call_site_faults(std::vector<Fault>& faults) {
  const auto pointer = [](const Step& wrong) {
    return swap_step("pointer", "call site", "reload pointer", {wrong});
  };
  faults.push_back(
      {.name = "pointer-reloaded-below-unrounded-stack",
       .bug = "A1",
       .base = "pointer",
       .summary = "before a call the pointer is read below the stack depth, not below the rounded one",
       .change = pointer(load_rax<below_unrounded, 2>),
       .caught_by = "fault"});
  faults.push_back(
      {.name = "count-reloaded-below-unrounded-stack",
       .bug = "A1",
       .base = "back-propagate-poked",
       .summary = "before a call the count is read below the stack depth, not below the rounded one",
       .change = swap_step("back-propagate-poked", "call site", "reload count", {load_rax<below_unrounded, 1>}),
       .caught_by = "count"});
  faults.push_back(
      {.name = "count-lost-in-trampoline",
       .bug = "A2",
       .base = "back-propagate-poked",
       .summary = "what stands between caller and subprogram uses rax: the count, its high half, is 0",
       .change =
           swap_step("back-propagate-poked", "call site", "reload count",
                     {original("back-propagate-poked", "call site", "reload count"), leave_a_small_number}),
       .caught_by = "bound"});
  faults.push_back(
      {.name = "pointer-lost-in-trampoline",
       .bug = "A2",
       .base = "pointer",
       .summary = "what stands between caller and subprogram leaves a small number in rax",
       .change = swap_step("pointer", "call site", "reload pointer",
                           {original("pointer", "call site", "reload pointer"), leave_a_small_number}),
       .caught_by = "fault"});
  faults.push_back({.name = "count-handed-for-pointer",
                    .base = "pointer",
                    .summary = "before a call the other slot is read: a main hands on the count itself",
                    .change = pointer(load_rax<below_stack, 1>),
                    .caught_by = "fault"});
  faults.push_back({.name = "pointer-slot-one-word-off",
                    .bug = "A7",
                    .base = "pointer",
                    .summary = "the slot's place is computed with one saved word too many",
                    .change = pointer(load_one_word_off),
                    .caught_by = "fault"});
  faults.push_back({.name = "pointer-reloaded-by-32-bits",
                    .base = "pointer",
                    .summary = "before a call only the low half of the pointer is read",
                    .change = pointer(load_low_half),
                    .caught_by = "fault"});
}

// --- behind a call: by value, handed back in rcx ---

constexpr Step store_low_half = named("store returned count", [](Emitter& e) {
  if (e.frame.reaches_tail_call && e.callee.reaches_tail_call)
    e.a.mov(at_disp32(rbp, below_stack(e.frame, 1)), ecx);
});
constexpr Step store_always = named("store returned count", [](Emitter& e) {
  if (e.frame.reaches_tail_call) e.a.mov(at_disp32(rbp, below_stack(e.frame, 1)), rcx);
});
constexpr Step store_in_mains = named("store returned count", [](Emitter& e) {
  if (e.frame.is_main && e.frame.reaches_tail_call && e.callee.reaches_tail_call)
    e.a.mov(at_disp32(rbp, below_stack(e.frame, 1)), rcx);
});
constexpr Step store_nothing = named("store returned count", [](Emitter&) {});
constexpr Step store_rcx = named("store rcx", [](Emitter& e) {
  if (e.frame.reaches_tail_call) e.a.mov(at_disp32(rbp, below_stack(e.frame, 1)), rcx);
});

void add_after_call_faults(std::vector<Fault>& faults) {
  const auto behind = [&](std::string name, std::string bug, std::string summary, const Step& wrong,
                          std::string caught_by) {
    faults.push_back(
        {.name = std::move(name),
         .bug = std::move(bug),
         .base = "back-propagate-poked",
         .summary = std::move(summary),
         .change = swap_step("back-propagate-poked", "after call", "store returned count", {wrong}),
         .caught_by = std::move(caught_by)});
  };
  behind("count-not-copied-back", "A3", "what a subprogram spends is lost when it returns", store_nothing,
         "bound");
  behind("count-copied-back-by-mains-only", "A4", "a subprogram that calls another forgets what that one spent",
         store_in_mains, "bound");
  behind("count-copied-back-by-32-bits", "A4",
         "the low half is stored behind a call, while the count is the high half", store_low_half, "bound");
  behind("count-copied-back-after-every-call", "A4",
         "rcx is stored also behind a subprogram that hands nothing back", store_always, "count");
}

// --- before a helper call ---

constexpr Step pointer_slot_from_rax = named("clobber", [](Emitter& e) {
  if (e.frame.reaches_tail_call) e.a.mov(at_disp32(rbp, below_stack(e.frame, 2)), rax);
});
constexpr Step scratch_in_rbx = named("clobber", [](Emitter& e) { e.a.mov(rbx, rax); });

void add_helper_faults(std::vector<Fault>& faults) {
  faults.push_back({.name = "count-copied-back-at-helpers",
                    .bug = "A4",
                    .base = "back-propagate-poked",
                    .summary = "rcx is stored as the count at a helper call, where it is BPF's r4",
                    .change = swap_step("back-propagate-poked", "helper site", "", {store_rcx}),
                    .caught_by = "count"});
  faults.push_back({.name = "pointer-slot-lost-at-helpers",
                    .bug = "A12",
                    .base = "pointer-6.18",
                    .summary = "a helper call leaves in the pointer's slot what rax happened to hold",
                    .change = swap_step("pointer-6.18", "helper site", "", {pointer_slot_from_rax}),
                    .caught_by = "fault"});
  faults.push_back({.name = "callee-saved-scratch-at-helpers",
                    .base = "pointer-6.18",
                    .summary = "a helper call uses rbx, BPF's r6, as scratch",
                    .change = swap_step("pointer-6.18", "helper site", "", {scratch_in_rbx}),
                    .caught_by = "fault"});
}

}  // namespace

void add_call_faults(std::vector<Fault>& faults) {
  add_call_site_faults(faults);
  add_after_call_faults(faults);
  add_helper_faults(faults);
}

}  // namespace tailbound::planted
