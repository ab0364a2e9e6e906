#include "gen/reduce/pass.hpp"

#include "gen/reduce/pass/all.hpp"
#include "jit/bpf/canonical.hpp"
#include "jit/bpf/repair.hpp"

namespace tailbound::gen {

namespace {

constexpr Pass table[] = {
    {"drop-programs", "takes a program out; slots that held it are empty", pass::drop_programs},
    {"merge-programs", "what named a program names another one, and it goes", pass::merge_programs},
    {"drop-events", "takes out events in a row, and what files expect", pass::drop_events},
    {"drop-statements", "takes out statements in a row", pass::drop_statements},
    {"unwrap-branches", "an if gives way to one of its blocks", pass::unwrap_branches},
    {"merge-functions", "calls of a subprogram go to another one", pass::merge_functions},
    {"inline-calls", "a call gives way to the callee's statements", pass::inline_calls},
    {"straighten-calls", "a call goes to what the callee calls", pass::straighten_calls},
    {"move-entries", "a run or a slot gets another program; those that nothing comes to go",
     pass::move_entries},
    {"aim-tail-calls", "a tail call goes to another slot; slots and programs that nothing comes to go",
     pass::aim_tail_calls},
    {"call-instead", "a statement gives way to a call of a subprogram", pass::call_instead},
    {"unfold-calls", "a call whose value is used becomes a statement of its own", pass::unfold_calls},
    {"drop-slots", "empties slots", pass::drop_slots},
    {"drop-arrays", "tail calls through one array go through another", pass::drop_arrays},
    {"shrink-arrays", "arrays get smaller", pass::shrink_arrays},
    {"shrink-maps", "maps go, lose cells and values", pass::shrink_maps},
    {"drop-terms", "expressions get shorter", pass::drop_terms},
    {"simplify-values", "what is read at run time becomes a constant", pass::simplify_values},
    {"shrink-immediates", "constants get smaller", pass::shrink_immediates},
    {"shrink-indices", "slots and what names them move down", pass::shrink_indices},
    {"simplify-branches", "conditions become plainer", pass::simplify_branches},
    {"simplify-helpers", "helper calls become plainer", pass::simplify_helpers},
    {"shrink-fragments", "asm blocks lose instructions", pass::shrink_fragments},
    {"shrink-stacks", "frames get smaller", pass::shrink_stacks},
    {"move-frames", "another function has the frame, of the same size or a plain one", pass::move_frames},
    {"drop-kept-registers", "fewer registers live across a body, and lower ones", pass::drop_kept_registers},
    {"lower-events", "events come earlier, and name less", pass::lower_events},
    {"defaults", "fuel, seed, type and limits become the defaults", pass::to_defaults},
    {"canonical-order", "declarations stand in canonical order", pass::canonical_order},
};

}  // namespace

std::span<const Pass> passes() { return table; }

std::optional<bpf::Scenario> take_step(const Pass& pass, const bpf::Scenario& from, std::size_t n, bool& end) {
  bpf::Scenario to = from;
  Step step(to, n);
  pass.run(step);
  end = step.asked() <= n;
  if (end) return std::nullopt;
  bpf::repair(to);
  bpf::name_canonically(to);
  if (to == from) return std::nullopt;
  return to;
}

}  // namespace tailbound::gen
