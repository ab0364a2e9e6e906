// A subprogram that reaches no tail call, called by a main that makes one: the count does not pass through it.
#include <algorithm>

#include "gen/body/body.hpp"
#include "jit/bpf/limits.hpp"

namespace tailbound::gen {

namespace {

using namespace bpf;

bool has_room(const Function& main) {
  const Limits& limits = default_limits();
  return rounded_frame(limits, touched_stack(main)) + rounded_frame(limits, 0) <= limits.stack;
}

/// Programs of whose functions the draft still keeps account: not those that are copies.
bool is_known(const Draft& draft, std::uint16_t program) {
  return draft.facts[program].functions.size() == draft.scenario.programs[program].functions.size();
}

}  // namespace

void draw_leaf(Draft& draft) {
  ByteSource& source = draft.source;
  if (!source.percent(6)) return;
  const std::uint16_t program = draft.any_program();
  if (!is_known(draft, program) || !draft.facts_of({program, 0}).tail_calls) return;
  if (!has_room(draft.function({program, 0}))) return;
  const auto leaf = draft.add_subprogram(program, 0, 1);
  if (!leaf) return;
  draft.function({program, *leaf}).body.push_back(give_back(data(source.below(100))));
  // It was added behind the return; it is called somewhere before.
  Block& body = draft.function({program, 0}).body;
  const auto at = body.begin() + source.below(static_cast<std::uint32_t>(body.size()) - 1);
  std::rotate(at, body.end() - 1, body.end());
}

}  // namespace tailbound::gen
