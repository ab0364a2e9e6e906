// Faults of how an indirect tail call gets from the index to the target.
#include "tests/planted/hand_written.hpp"

namespace tailbound::planted {

namespace {

constexpr Step leave_index = named("zero-extend index", [](Emitter& e) { e.a.nop2(); });
constexpr Step sign_extend_index = named("zero-extend index", [](Emitter& e) { e.a.movsx32(rdx, rdx); });

template <Cond refused>
constexpr Step check_index_by = named("check index", [](Emitter& e) {
  e.a.alu(Group1::cmp, at(rsi, e.options.max_entries), edx);
  e.a.jcc(refused, e.site.out);
});
constexpr Step check_index_by_64_bits = named("check index", [](Emitter& e) {
  e.a.mov(rcx, at(rsi, e.options.max_entries));
  e.a.alu(Group1::cmp, rcx, rdx);
  e.a.jcc(Cond::be, e.site.out);
});

constexpr Step load_unscaled = named("load target", [](Emitter& e) {
  e.a.mov(rcx, rsi);
  e.a.alu(Group1::add, rcx, rdx);
  e.a.mov(rcx, at_disp32(rcx, static_cast<std::int32_t>(e.options.ptrs)));
});
constexpr Step load_with_other_offset = named("load target", [](Emitter& e) {
  e.a.mov(rcx, at_index8_disp32(rsi, rdx, static_cast<std::int32_t>(e.options.ptrs) - 8));
});
constexpr Step check_null_by_32_bits = named("check null", [](Emitter& e) {
  e.a.test(ecx, ecx);
  e.a.jcc(Cond::e, e.site.out);
});
constexpr Step load_entry_at_other_offset = named("load entry", [](Emitter& e) {
  e.a.mov(rcx, at(rcx, e.options.bpf_func + 8));
  e.a.alu_imm8(Group1::add, rcx, static_cast<std::int8_t>(e.site.landing));
});
constexpr Step load_entry_alone =
    named("load entry", [](Emitter& e) { e.a.mov(rcx, at(rcx, e.options.bpf_func)); });
constexpr Step jump_to_index = named("jump", [](Emitter& e) { e.jump_indirect(rdx); });

}  // namespace

void add_index_faults(std::vector<Fault>& faults) {
  const auto indirect = [&](std::string name, std::string bug, std::string summary, std::string_view step,
                            const Step& wrong, std::string caught_by) -> Fault& {
    faults.push_back({.name = std::move(name),
                      .bug = std::move(bug),
                      .base = "pointer",
                      .summary = std::move(summary),
                      .change = swap_step("pointer", "indirect", step, {wrong}),
                      .caught_by = std::move(caught_by)});
    return faults.back();
  };
  indirect("index-used-by-64-bits", "B3", "the low half of the index is checked, all of it is used",
           "zero-extend index", leave_index, "fault");
  indirect("index-sign-extended", {}, "the index is sign-extended", "zero-extend index", sign_extend_index, {})
      .equivalent = "the check refuses every index whose sign bit is set: no array is that large";
  indirect("index-may-be-the-size", {}, "the index is refused above the size, not from it on", "check index",
           check_index_by<Cond::b>, "fault");
  indirect("index-compared-signed", {}, "an index of 2^31 and more counts as negative and passes",
           "check index", check_index_by<Cond::le>, "fault");
  indirect("size-compared-by-64-bits", "B4",
           "what lies behind max_entries takes part in the check of the index", "check index",
           check_index_by_64_bits, "fault");
  indirect("index-unscaled", "B2", "the slot is read index bytes into the array, not 8 times as many",
           "load target", load_unscaled, "fault");
  indirect("slots-of-another-kernel", {}, "the slots are read 8 bytes before where they lie", "load target",
           load_with_other_offset, "count");
  indirect("null-check-by-32-bits", {}, "the low half of the slot is compared with null", "check null",
           check_null_by_32_bits, {})
      .not_shown_by = "a program object at a multiple of 4 GiB: the engine's objects lie in one buffer";
  indirect("entry-of-another-kernel", {}, "the entry is read 8 bytes behind where it lies", "load entry",
           load_entry_at_other_offset, "fault");
  indirect("indirect-enters-at-the-start", "A8", "an indirect tail call skips nothing of the prologue",
           "load entry", load_entry_alone, "fault");
  indirect("jump-to-the-index", {}, "the jump goes by the wrong register", "jump", jump_to_index, "fault");
}

}  // namespace tailbound::planted
