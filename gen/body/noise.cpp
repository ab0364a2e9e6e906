// What stands between calls and tail calls, and must not disturb them.
#include "gen/body/body.hpp"
#include "gen/body/value.hpp"
#include "jit/bpf/limits.hpp"

namespace tailbound::gen {

namespace {

using namespace bpf;

/// Helpers that take a key need room for it on the stack.
Statement helper_call(Draft& draft, const FunctionFacts& facts) {
  const std::uint32_t kinds = facts.helper_room == 0 ? 2 : draft.scenario.maps.empty() ? 3 : 4;
  switch (draft.source.below(kinds)) {
    case 0: return {HelperCall{Helper::random, {}}};
    case 1: return {HelperCall{Helper::time, {}}};
    case 2: return {HelperCall{Helper::update, {0, static_cast<std::uint16_t>(draft.source.below(20))}}};
    default: return {HelperCall{Helper::lookup, any_cell(draft)}};
  }
}

Statement store(Draft& draft) { return {StoreCell{any_cell(draft), any_value(draft)}}; }

Statement noise(Draft& draft, const FunctionFacts& facts) {
  const std::uint32_t kind = draft.source.below(7);
  if (kind < 3 || draft.scenario.maps.empty()) return helper_call(draft, facts);
  if (kind < 5) return store(draft);
  If branch = any_condition(draft);
  branch.then_block.push_back(store(draft));
  if (draft.source.percent(50)) branch.else_block.push_back(helper_call(draft, facts));
  return {std::move(branch)};
}

}  // namespace

void draw_noise(Draft& draft) {
  if (!draft.source.percent(60)) return;
  for (std::uint16_t p = 0; p < draft.program_count(); ++p) {
    for (std::uint16_t f = 0; f < draft.function_count(p); ++f) {
      if (!draft.source.percent(22)) continue;
      Statement statement = noise(draft, draft.facts_of({p, f}));
      if (!draft.afford({p, f}, statement)) continue;
      Block& body = draft.function({p, f}).body;
      const std::uint32_t at = draft.source.below(static_cast<std::uint32_t>(body.size()) + 1);
      body.insert(body.begin() + at, std::move(statement));
    }
  }
}

}  // namespace tailbound::gen
