// Faults of how a tail call checks and charges the count.
#include "tests/planted/hand_written.hpp"

namespace tailbound::planted {

namespace {

void load_pointer(Emitter& e) { e.a.mov(rax, at_disp32(rbp, below_stack(e.frame, 2))); }

/// With the address of the count in rax.
template <std::int8_t limit, Cond refused, bool wide = true>
void compare(Emitter& e) {
  wide ? e.a.alu_imm8(Group1::cmp, at(rax), limit) : e.a.alu32_imm8(Group1::cmp, at(rax), limit);
  e.a.jcc(refused, e.site.out);
}
template <std::int8_t limit, Cond refused, bool wide = true>
constexpr Step check = named("check count", [](Emitter& e) {
  load_pointer(e);
  compare<limit, refused, wide>(e);
});

constexpr Step check_own_frame = named("check count", [](Emitter& e) {
  e.a.lea(rax, at_disp32(rbp, below_stack(e.frame, 1)));
  compare<count_limit, Cond::ae>(e);
});
constexpr Step increment_and_check = named("check count", [](Emitter& e) {
  load_pointer(e);
  e.a.alu_imm8(Group1::add, at(rax), 1);
  compare<count_limit, Cond::ae>(e);
});
template <void (*then)(Emitter&)>
constexpr Step check_and_if_refused = named("check count", [](Emitter& e) {
  ShortLabel below;
  load_pointer(e);
  e.a.alu_imm8(Group1::cmp, at(rax), count_limit);
  e.a.jcc(Cond::b, below);
  then(e);
  e.a.jmp(e.site.out);
  e.a.bind(below);
});
void charge(Emitter& e) { e.a.alu_imm8(Group1::add, at(rax), 1); }
void begin_anew(Emitter& e) { e.a.mov64(at(rax), 0); }

constexpr Step charge_two = named("charge", [](Emitter& e) { e.a.alu_imm8(Group1::add, at(rax), 2); });
constexpr Step charge_32_bits = named("charge", [](Emitter& e) { e.a.alu32_imm8(Group1::add, at(rax), 1); });

// --- by value, handed back ---

template <std::int8_t limit, Cond refused>
constexpr Step check_value = named("check count", [](Emitter& e) {
  e.a.mov(eax, at_disp32(rbp, below_stack(e.frame, 1) + 4));
  e.a.alu_imm8(Group1::cmp, eax, limit);
  e.a.jcc(refused, e.site.out);
});
constexpr Step charge_register_alone = named("charge", [](Emitter& e) { e.a.alu_imm8(Group1::add, eax, 1); });
constexpr Step charge_other_half = named("charge", [](Emitter& e) {
  e.a.alu_imm8(Group1::add, eax, 1);
  e.a.mov(at_disp32(rbp, below_stack(e.frame, 1)), eax);
});

Fault fault(std::string name, std::string bug, std::string base, std::string summary, Change change,
            std::string caught_by) {
  return {.name = std::move(name),
          .bug = std::move(bug),
          .base = std::move(base),
          .summary = std::move(summary),
          .change = std::move(change),
          .caught_by = std::move(caught_by)};
}
Fault equivalent(std::string name, std::string summary, Change change, std::string why) {
  Fault same = fault(std::move(name), {}, "pointer", std::move(summary), std::move(change), {});
  same.equivalent = std::move(why);
  return same;
}

Change at_check(std::string_view place, const Step& wrong) {
  return swap_step("pointer", place, "check count", {wrong});
}
Change at_charge(std::string_view place, const Step& wrong) {
  return swap_step("pointer", place, "charge", {wrong});
}

void add_limit_faults(std::vector<Fault>& faults) {
  constexpr auto limit = count_limit;
  const std::string p = "pointer";
  faults.push_back(fault("direct-limit-34", "A11", p, "a direct tail call is refused above 33, so 34 succeed",
                         at_check("direct", check<limit, Cond::a>), "bound"));
  faults.push_back(fault("direct-limit-32", "A11", p, "a direct tail call is refused from 32 on",
                         at_check("direct", check<limit - 1, Cond::ae>), "count"));
  faults.push_back(fault("indirect-limit-34", "A11", p,
                         "an indirect tail call is refused above 33, so 34 succeed",
                         at_check("indirect", check<limit, Cond::a>), "bound"));
  faults.push_back(fault("indirect-limit-32", "A11", p, "an indirect tail call is refused from 32 on",
                         at_check("indirect", check<limit - 1, Cond::ae>), "attempts"));
  faults.push_back(fault(
      "limit-34-by-value", "A11", "back-propagate-poked",
      "a direct tail call is refused above 33, so 34 succeed",
      swap_step("back-propagate-poked", "direct", "check count", {check_value<limit, Cond::a>}), "bound"));
  faults.push_back(fault(
      "limit-only-when-equal", {}, "back-propagate-poked", "an indirect tail call is refused at 32 exactly",
      swap_step("back-propagate-poked", "indirect", "check count", {check_value<limit - 1, Cond::e>}),
      "bound"));
  faults.push_back(equivalent("count-compared-by-32-bits", "the count is compared by its low half",
                              at_check("direct", check<limit, Cond::ae, false>), "the high half stays 0"));
  faults.push_back(equivalent("count-compared-signed", "the count is compared as a signed number",
                              at_check("indirect", check<limit, Cond::ge>), "the count stays small"));
}

void add_cell_faults(std::vector<Fault>& faults) {
  faults.push_back(
      fault("count-looked-up-in-own-frame", {}, "pointer",
            "a direct tail call looks into its own frame's first slot, where a subprogram has a pointer",
            at_check("direct", check_own_frame), "count"));
  faults.push_back(fault("refusal-at-the-limit-begins-anew", {}, "pointer",
                         "a direct tail call that is refused at the limit sets the count to 0",
                         at_check("direct", check_and_if_refused<begin_anew>), "bound"));
  faults.push_back(equivalent("refusal-at-the-limit-is-charged",
                              "a direct tail call that is refused at the limit costs one",
                              at_check("direct", check_and_if_refused<charge>),
                              "at the limit nothing succeeds any more, whatever is added"));
}

void add_charge_faults(std::vector<Fault>& faults) {
  const std::string p = "pointer";
  const std::string b = "back-propagate-poked";
  faults.push_back(
      fault("charged-twice", {}, p, "a direct tail call costs two", at_charge("direct", charge_two), "count"));
  faults.push_back(equivalent("charged-by-32-bits", "the count's low half is incremented",
                              at_charge("direct", charge_32_bits), "the count stays small"));
  faults.push_back(fault("charge-is-not-stored", {}, b,
                         "a direct tail call counts in a register that is loaded anew",
                         swap_step(b, "direct", "charge", {charge_register_alone}), "bound"));
  faults.push_back(fault("charge-is-stored-in-the-other-half", {}, b,
                         "an indirect tail call stores the count in the low half of the slot",
                         swap_step(b, "indirect", "charge", {charge_other_half}), "bound"));

  Change early = swap_step(p, "direct", "check count", {increment_and_check, step::bypass});
  early.count = 3;
  faults.push_back(fault("incremented-before-compared", "A11", p,
                         "a direct tail call increments first: 32 succeed, and an empty slot costs one", early,
                         "count"));
  Change direct = swap_step(p, "direct", "bypass", {step::charge_cell, step::bypass});
  direct.count = 2;
  faults.push_back(fault("empty-slot-charged-direct", "A10", p,
                         "a direct tail call is charged before its bypass", direct, "count"));
  Change indirect =
      swap_step(p, "indirect", "load target", {step::charge_cell, step::load_target, step::check_null});
  indirect.count = 3;
  faults.push_back(fault("empty-slot-charged-indirect", "A10", p,
                         "an indirect tail call is charged before its slot is looked at", indirect, "count"));
  Change range = swap_step(p, "indirect", "check index",
                           {original(p, "indirect", "check count"), step::charge_cell, step::check_index,
                            step::load_target, step::check_null});
  range.count = 5;
  faults.push_back(fault("out-of-range-index-charged", "A10", p,
                         "an indirect tail call is charged before its index is checked", range, "count"));
}

}  // namespace

void add_count_faults(std::vector<Fault>& faults) {
  add_limit_faults(faults);
  add_cell_faults(faults);
  add_charge_faults(faults);
}

}  // namespace tailbound::planted
