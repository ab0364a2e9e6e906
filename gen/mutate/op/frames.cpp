// Stack sizes and the registers that live across a body.
#include <algorithm>

#include "gen/mutate/op/ops.hpp"

namespace tailbound::gen::op {

using namespace bpf;

namespace {

/// None, few odd bytes, a multiple of 8, or beside what it was.
std::uint32_t draw_stack(Mutation& m, std::uint32_t present) {
  switch (m.source.below(6)) {
    case 0: return 0;
    case 1: return m.source.between(1, 7);
    case 2: return 8 * m.source.between(1, 4);
    case 3: return present + 1;
    case 4: return present == 0 ? 1 : present - 1;
    default: return m.source.below(m.bounds.stack + 1);
  }
}

}  // namespace

bool change_stack(Mutation& m) {
  Function& function = m.at(m.any_function());
  const std::uint32_t most = std::max<std::uint32_t>(m.bounds.stack, function.stack);
  const auto stack = static_cast<std::uint16_t>(std::min(draw_stack(m, function.stack), most));
  if (stack == function.stack) return false;
  function.stack = stack;
  return true;
}

bool change_keep(Mutation& m) {
  Function& function = m.at(m.any_function());
  const std::uint8_t masks[] = {0, keep::all,
                                static_cast<std::uint8_t>(function.keep ^ (1U << m.source.below(4)))};
  const std::uint8_t mask = masks[m.below(std::size(masks))];
  if (mask == function.keep) return false;
  function.keep = mask;
  return true;
}

/// All functions of a program get one's frame.
bool same_frames(Mutation& m) {
  auto& functions = m.scenario.programs[m.any_program()].functions;
  const Function& drawn = functions[m.below(functions.size())];
  const auto [stack, kept] = std::pair{drawn.stack, drawn.keep};
  const auto differs = [&](const Function& f) { return f.stack != stack || f.keep != kept; };
  if (std::ranges::none_of(functions, differs)) return false;
  for (Function& function : functions) {
    function.stack = stack;
    function.keep = kept;
  }
  return true;
}

}  // namespace tailbound::gen::op
