// Faults of where a refused tail call goes on, and of the patch places of a direct one.
#include "tests/planted/hand_written.hpp"

namespace tailbound::planted {

namespace {

/// Behind a site of lowered bytecode stands a load of an address: 10 bytes.
constexpr std::int32_t next_insn = 10;

/// As the last step: who jumped to `out` comes here, and goes on one BPF instruction too far.
void go_too_far(Emitter& e) {
  e.a.bind(e.site.out);
  e.site.out = {};
  e.a.jmp_over(next_insn);
}
constexpr Step jump_then_too_far = named("jump", [](Emitter& e) {
  step::jump.emit(e);
  go_too_far(e);
});

/// The label of the function's tail call before, if there is one.
constexpr Step check_null_with_shared_label = named("check null", [](Emitter& e) {
  const auto& sites = e.image.sites;
  e.a.test(rcx, rcx);
  if (sites.empty() || sites.back().function != e.function) return e.a.jcc(Cond::e, e.site.out);
  ShortLabel filled;
  e.a.jcc(Cond::ne, filled);
  constexpr std::int32_t jump_size = 5;
  e.a.jmp_over(static_cast<std::int32_t>(sites.back().out) - static_cast<std::int32_t>(e.a.here()) - jump_size);
  e.a.bind(filled);
});

/// From behind the jump to `out`, as long as the last jump of the site is `jmp rcx; int3`: charge 4, pops, free
/// stack 7, load entry 8, jump 3.
std::int32_t distance_without_retpolines(const jit::Frame& frame) {
  const std::uint32_t saved = frame.saved_registers;
  const std::uint32_t pops = static_cast<std::uint32_t>(__builtin_popcount(saved)) +
                             static_cast<std::uint32_t>(__builtin_popcount(saved & 14U));
  const std::uint32_t slots = frame.reaches_tail_call ? 2 : 0;
  return static_cast<std::int32_t>(4 + pops + slots + (frame.rounded_stack() != 0 ? 7U : 0U) + 8 + 3);
}
constexpr Step check_null_hard_coded = named("check null", [](Emitter& e) {
  ShortLabel filled;
  e.a.test(rcx, rcx);
  e.a.jcc(Cond::ne, filled);
  e.a.jmp_over(distance_without_retpolines(e.frame));
  e.a.bind(filled);
});

constexpr Step bypass_not_linked = named("bypass", [](Emitter& e) {
  e.site.bypass = e.a.here();
  e.a.jmp_rel32();
});
constexpr Step bypass_as_if_filled = named("bypass", [](Emitter& e) {
  e.site.bypass = e.a.here();
  e.a.nop5();
});
constexpr Step bypass_recorded_late = named("bypass", [](Emitter& e) {
  e.site.bypass_field = e.a.jmp_rel32();
  e.site.bypass = e.a.here();
});
constexpr Step target_recorded_late = named("target", [](Emitter& e) {
  e.a.nop5();
  e.site.target = e.a.here();
});
constexpr Step target_recorded_early = named("target", [](Emitter& e) {
  e.site.target = e.a.here() - 1;
  e.a.nop5();
});
/// The two patch places change their roles.
constexpr Step target_for_bypass = named("target", [](Emitter& e) {
  e.site.target = e.site.bypass;
  e.site.bypass = e.a.here();
  e.a.nop5();
});

void add(std::vector<Fault>& faults, std::string name, std::string bug, std::string summary, Change change,
         std::string caught_by, jit::Options options = {}) {
  faults.push_back({.name = std::move(name),
                    .bug = std::move(bug),
                    .base = "pointer",
                    .summary = std::move(summary),
                    .change = std::move(change),
                    .caught_by = std::move(caught_by),
                    .options = options});
}

void add_label_faults(std::vector<Fault>& faults) {
  add(faults, "refused-skips-an-instruction", "B5",
      "a refused indirect tail call goes on one instruction too far",
      swap_step("pointer", "indirect", "jump", {jump_then_too_far}), "bound");
  add(faults, "refused-goes-to-the-first-site", "B6",
      "two tail calls of a function share a label: an empty slot at the second goes on behind the first",
      swap_step("pointer", "indirect", "check null", {check_null_with_shared_label}), "fault");
  jit::Options retpolines;
  retpolines.retpolines = true;
  add(faults, "refusal-distance-of-another-configuration", "B11",
      "the distance to the way out is a constant that does not know retpolines",
      swap_step("pointer", "indirect", "check null", {check_null_hard_coded}), "fault", retpolines);
  add(faults, "refusal-distance-by-hand", {}, "the same constant where there are no retpolines",
      swap_step("pointer", "indirect", "check null", {check_null_hard_coded}), {});
  faults.back().equivalent = "the constant is right there";
}

void add_patch_faults(std::vector<Fault>& faults) {
  const auto direct = [](std::string_view step, const Step& wrong) {
    return swap_step("pointer", "direct", step, {wrong});
  };
  add(faults, "bypass-not-linked", {}, "the jump over an empty slot's call leads to the next instruction",
      direct("bypass", bypass_not_linked), "fault");
  add(faults, "bypass-emitted-as-if-filled", {}, "an empty slot's site is emitted with a nop for its bypass",
      direct("bypass", bypass_as_if_filled), "fault");
  add(faults, "bypass-recorded-late", {}, "the patch for the bypass goes behind the jump",
      direct("bypass", bypass_recorded_late), "encoding");
  add(faults, "target-recorded-late", {},
      "the patch for the target goes behind its nop, where a refused call goes on",
      direct("target", target_recorded_late), "encoding");
  add(faults, "target-recorded-early", {}, "the patch for the target begins one byte too early",
      direct("target", target_recorded_early), "encoding");
  add(faults, "bypass-and-target-exchanged", {}, "each patch goes where the other belongs",
      direct("target", target_for_bypass), "fault");
}

}  // namespace

void add_refusal_faults(std::vector<Fault>& faults) {
  add_label_faults(faults);
  add_patch_faults(faults);
}

}  // namespace tailbound::planted
