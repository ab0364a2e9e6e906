// Steps of tail-call sites that schemes share.
#include "jit/arm64/literal.hpp"
#include "jit/arm64/steps.hpp"

namespace tailbound::arm64::step {

namespace {

void offset_in_scratch(Emitter& e, std::uint32_t offset) { emit_mov64(e.a, scratch, offset); }

}  // namespace

constinit const Step load_max_entries = named("load max_entries", [](Emitter& e) {
  offset_in_scratch(e, e.options.max_entries);
  e.a.ldr(w10, at(x1, scratch));
});

constinit const Step zero_extend_index = named("zero-extend index", [](Emitter& e) { e.a.add(w2, w2, Imm12(0)); });

constinit const Step check_index = named("check index", [](Emitter& e) {
  e.a.cmp(w2, w10);
  e.a.b(Cond::cs, e.site.out);
});

constinit const Step check_cell = named("check count", [](Emitter& e) {
  offset_in_scratch(e, bpf::max_tail_call_cnt);
  e.a.ldr(x12, at(count_register, 0));
  e.a.cmp(x12, scratch);
  e.a.b(Cond::cs, e.site.out);
});
constinit const Step next_count = named("next count", [](Emitter& e) { e.a.add(x12, x12, Imm12(1)); });
constinit const Step charge_cell = named("charge", [](Emitter& e) { e.a.str(x12, at(count_register, 0)); });

constinit const Step slots_address = named("address of the slots", [](Emitter& e) {
  offset_in_scratch(e, e.options.ptrs);
  e.a.add(scratch, x1, scratch);
});
constinit const Step scale_index = named("scale index", [](Emitter& e) { e.a.lsl(x11, x2, 3); });
constinit const Step load_target = named("load target", [](Emitter& e) { e.a.ldr(x11, at(scratch, x11)); });
constinit const Step check_null = named("check null", [](Emitter& e) { e.a.cbz(x11, e.site.out); });

constinit const Step load_entry = named("load entry", [](Emitter& e) {
  offset_in_scratch(e, e.options.bpf_func);
  e.a.ldr(scratch, at(x11, scratch));
  e.a.add(scratch, scratch, Imm12(e.site.landing));
});

constinit const Step free_stack = named("free stack", [](Emitter& e) { e.a.add(sp, sp, Imm12(stack_bytes(e.frame))); });
constinit const Step jump = named("jump", [](Emitter& e) { e.a.br(scratch); });

}  // namespace tailbound::arm64::step
