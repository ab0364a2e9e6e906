// Control that depends on state: what is called or tail-called, and what happens then, hangs on counts, cells
// and returned values. The verifier knows none of them: kernels before 6.19 take what a tail-calling
// subprogram returns when its tail call falls through for all that it returns, and would drop a branch that
// only a taken one takes.
#include "gen/body/body.hpp"
#include "gen/body/value.hpp"

namespace tailbound::gen {

namespace {

using namespace bpf;

/// `call f` becomes `if call f … { f's caller counts, or tail-calls again }`.
void branch_on_return(Draft& draft, FunctionRef self, Statement& chosen) {
  If branch = any_condition(draft);
  branch.left = std::get<Evaluate>(chosen.node).value;
  branch.right = static_cast<std::int32_t>(draft.source.below(100));
  if (!draft.scenario.maps.empty() && draft.source.percent(60)) {
    branch.then_block.push_back({StoreCell{any_cell(draft), any_value(draft)}});
  } else {
    branch.then_block.push_back({HelperCall{Helper::random, {}}});
  }
  Statement statement{std::move(branch)};
  if (draft.afford(self, statement)) chosen = std::move(statement);
}

void guard(Draft& draft, FunctionRef self, Statement& chosen) {
  If branch = any_condition(draft);
  if (!draft.afford(self, {branch})) return;
  branch.then_block.push_back(std::move(chosen));
  chosen = {std::move(branch)};
}

void branch_somewhere(Draft& draft, FunctionRef self) {
  Block& body = draft.function(self).body;
  if (body.empty()) return;
  Statement& chosen = body[draft.source.below(static_cast<std::uint32_t>(body.size()))];
  const bool on_return = std::holds_alternative<Evaluate>(chosen.node) && draft.source.percent(50);
  if (on_return) branch_on_return(draft, self, chosen);
  else guard(draft, self, chosen);
}

}  // namespace

void draw_branches(Draft& draft) {
  if (!draft.source.percent(55)) return;
  for (std::uint16_t p = 0; p < draft.program_count(); ++p) {
    for (std::uint16_t f = 0; f < draft.function_count(p); ++f) {
      if (draft.source.percent(9)) branch_somewhere(draft, {p, f});
    }
  }
}

}  // namespace tailbound::gen
