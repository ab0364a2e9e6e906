// What any shape may have besides: a second array, and the same body in two programs.
#include <algorithm>

#include "gen/body/body.hpp"
#include "jit/bpf/limits.hpp"

namespace tailbound::gen {

namespace {

using namespace bpf;

template <class Change>
void each_tail_call(Block& block, const Change& change) {
  for (Statement& statement : block) {
    if (auto* call = std::get_if<TailCall>(&statement.node)) change(*call);
    if (auto* branch = std::get_if<If>(&statement.node)) {
      each_tail_call(branch->then_block, change);
      each_tail_call(branch->else_block, change);
    }
  }
}

}  // namespace

void draw_second_array(Draft& draft) {
  ByteSource& source = draft.source;
  if (!source.percent(12)) return;
  const auto first =
      static_cast<std::uint16_t>(source.below(static_cast<std::uint32_t>(draft.scenario.arrays.size())));
  const std::uint32_t size = draft.scenario.arrays[first].size;
  const std::uint16_t second = draft.add_array(size + source.below(3));
  for (std::uint32_t i = 0; i < std::min(size, 8U); ++i) {
    if (source.percent(80)) draft.fill_slot(second, i, draft.any_program());
  }
  for (Program& program : draft.scenario.programs) {
    for (Function& function : program.functions) {
      each_tail_call(function.body, [&](TailCall& call) {
        if (call.array == first && source.percent(50)) call.array = second;
      });
    }
  }
}

void draw_twin(Draft& draft) {
  ByteSource& source = draft.source;
  if (!source.percent(8) || draft.program_count() == cap::programs) return;
  const std::uint16_t model = draft.any_program();
  const std::uint16_t twin = draft.add_program();
  auto& programs = draft.scenario.programs;
  const std::string name = programs[twin].name();
  programs[twin] = Program(programs[model]);
  programs[twin].functions[0].name = name;
  const auto array =
      static_cast<std::uint16_t>(source.below(static_cast<std::uint32_t>(draft.scenario.arrays.size())));
  draft.fill_slot(array, source.below(draft.scenario.arrays[array].size), twin);
}

}  // namespace tailbound::gen
