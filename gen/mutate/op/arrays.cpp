// Prog_arrays: more, fewer, larger, smaller.
#include <algorithm>

#include "gen/mutate/draw.hpp"
#include "gen/mutate/op/ops.hpp"
#include "gen/mutate/place.hpp"
#include "gen/mutate/slots.hpp"

namespace tailbound::gen::op {

using namespace bpf;

namespace {

/// Repair gives what has no name one that is free.
ProgArray draw_array(Mutation& m) {
  ProgArray array{
      .name = {}, .size = m.source.percent(80) ? m.source.between(1, 6) : m.source.between(1, 40), .slots = {}};
  for (std::uint32_t i = m.source.between(1, 3); i > 0; --i) {
    put_slot(array, m.source.below(array.size), m.any_program());
  }
  return array;
}

/// Where references to an array go when it is no more.
class WithoutArray {
 public:
  explicit WithoutArray(std::uint16_t gone) : gone_(gone) {}

  void fix(Scenario& scenario) const {
    for (Program& program : scenario.programs) {
      for (Function& function : program.functions) {
        repairing::each_statement(function.body, [&](Statement& s) {
          if (auto* call = std::get_if<TailCall>(&s.node)) fix(call->array);
        });
      }
    }
    for (Event& event : scenario.events) {
      if (auto* change = std::get_if<SetSlot>(&event)) fix(change->array);
      if (auto* change = std::get_if<AtEntry>(&event)) fix(change->change.array);
    }
  }

 private:
  void fix(std::uint16_t& array) const {
    if (array > gone_) --array;
    else if (array == gone_) array = 0;
  }
  std::uint16_t gone_;
};

}  // namespace

/// One of the tail calls goes through it, if there is any.
bool add_array(Mutation& m) {
  if (m.scenario.arrays.size() >= m.bounds.arrays) return false;
  const auto array = static_cast<std::uint16_t>(m.scenario.arrays.size());
  m.scenario.arrays.push_back(draw_array(m));
  if (const auto place = find_place(m, is<TailCall>)) {
    Expr index = draw_index(m, m.scenario.arrays[array]);
    place->statement().node = TailCall{array, std::move(index)};
  }
  return true;
}

bool drop_array(Mutation& m) {
  if (m.scenario.arrays.size() < 2) return false;
  const std::uint16_t gone = m.index_below(m.scenario.arrays.size());
  m.scenario.arrays.erase(m.scenario.arrays.begin() + gone);
  WithoutArray(gone).fix(m.scenario);
  return true;
}

/// Slots beyond the new end are gone; constant indices there are then out of range.
bool resize_array(Mutation& m) {
  if (m.scenario.arrays.empty()) return false;
  ProgArray& array = m.scenario.arrays[m.below(m.scenario.arrays.size())];
  const std::uint32_t sizes[] = {array.size + 1, array.size - 1, 2 * array.size, array.size / 2,
                                 m.source.between(1, 8)};
  const std::uint32_t most = std::max(m.bounds.array_size, array.size);
  const std::uint32_t size = std::clamp(sizes[m.below(std::size(sizes))], 1U, most);
  if (size == array.size) return false;
  array.size = size;
  std::erase_if(array.slots, [&](const Slot& slot) { return slot.index >= size; });
  return true;
}

}  // namespace tailbound::gen::op
