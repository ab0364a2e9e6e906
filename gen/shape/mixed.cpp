// A random graph: subprograms hang anywhere and may be called from several places, and any function may
// tail-call any slot. All other shapes can come out of it, by chance.
#include <utility>

#include "gen/shape/links.hpp"
#include "gen/shape/shapes.hpp"

namespace tailbound::gen::shape {

namespace {

std::uint16_t any_function(Draft& draft, std::uint16_t program) {
  return static_cast<std::uint16_t>(draft.source.below(draft.function_count(program)));
}

void add_functions(Draft& draft, std::uint16_t program) {
  ByteSource& source = draft.source;
  const std::uint32_t subprograms = source.below(draft.budget.subprograms + 1);
  for (std::uint32_t i = 0; i < subprograms; ++i) {
    draft.add_subprogram(program, any_function(draft, program), source.percent(70) ? 1 : 2);
  }
  const std::uint32_t functions = draft.function_count(program);
  if (functions < 2) return;
  for (std::uint32_t i = source.below(draft.budget.calls); i > 0; --i) {
    const std::uint32_t callee = source.between(1, functions - 1);
    draft.add_call(program, static_cast<std::uint16_t>(source.below(callee)),
                   static_cast<std::uint16_t>(callee));
  }
}

/// Calls and tail calls come in any order.
void stir(Draft& draft, std::uint16_t program) {
  for (bpf::Function& function : draft.scenario.programs[program].functions) {
    for (std::uint32_t left = static_cast<std::uint32_t>(function.body.size()); left > 1; --left) {
      std::swap(function.body[left - 1], function.body[draft.source.below(left)]);
    }
  }
}

}  // namespace

void mixed(Draft& draft) {
  ByteSource& source = draft.source;
  const std::uint32_t programs = source.between(1, draft.budget.programs);
  const std::uint16_t array = add_programs(draft, programs);
  for (std::uint16_t p = 0; p < programs; ++p) {
    add_functions(draft, p);
    const std::uint32_t sites = source.between(1, draft.budget.calls);
    for (std::uint32_t i = 0; i < sites; ++i) {
      const bpf::FunctionRef function{p, any_function(draft, p)};
      draft.add_tail_call(function, array, slot_index(draft, array, source.below(programs)));
    }
    stir(draft, p);
  }
}

}  // namespace tailbound::gen::shape
