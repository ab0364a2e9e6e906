// What the slots hold at the start.
#include "gen/mutate/slots.hpp"

#include <utility>

#include "gen/mutate/op/ops.hpp"

namespace tailbound::gen::op {

using namespace bpf;

namespace {

/// An array with a slot that is filled: from a drawn one on, round all of them; null when all are empty.
ProgArray* array_in_use(Mutation& m) {
  auto& arrays = m.scenario.arrays;
  const std::size_t first = m.below(arrays.size());
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    ProgArray& array = arrays[(first + i) % arrays.size()];
    if (!array.slots.empty()) return &array;
  }
  return nullptr;
}

}  // namespace

bool fill_slot(Mutation& m) {
  if (m.scenario.arrays.empty()) return false;
  ProgArray& array = m.scenario.arrays[m.below(m.scenario.arrays.size())];
  const std::uint32_t index = empty_slot_from(array, m.source.below(array.size));
  if (index == array.size) return false;
  put_slot(array, index, m.any_program());
  return true;
}

bool empty_slot(Mutation& m) {
  ProgArray* const array = array_in_use(m);
  if (array == nullptr) return false;
  array->slots.erase(array->slots.begin() + static_cast<std::ptrdiff_t>(m.below(array->slots.size())));
  return true;
}

bool redirect_slot(Mutation& m) {
  ProgArray* const array = array_in_use(m);
  const std::size_t programs = m.scenario.programs.size();
  if (array == nullptr || programs < 2) return false;
  Slot& slot = array->slots[m.below(array->slots.size())];
  slot.program = static_cast<std::uint16_t>((slot.program + 1 + m.below(programs - 1)) % programs);
  return true;
}

bool swap_slots(Mutation& m) {
  ProgArray* const array = array_in_use(m);
  if (array == nullptr || array->slots.size() < 2) return false;
  Slot& one = array->slots[m.below(array->slots.size())];
  Slot& other = array->slots[m.below(array->slots.size())];
  if (one.program == other.program) return false;
  std::swap(one.program, other.program);
  return true;
}

}  // namespace tailbound::gen::op
