#include "gen/mutate/slots.hpp"

#include <algorithm>

namespace tailbound::gen {

void put_slot(bpf::ProgArray& array, std::uint32_t index, std::uint16_t program) {
  const auto at = std::ranges::lower_bound(array.slots, index, {}, &bpf::Slot::index);
  if (at != array.slots.end() && at->index == index) at->program = program;
  else array.slots.insert(at, {index, program});
}

std::uint32_t empty_slot_from(const bpf::ProgArray& array, std::uint32_t from) {
  if (array.slots.size() >= array.size) return array.size;
  for (std::uint32_t i = 0; i < array.size; ++i) {
    const std::uint32_t index = (from + i) % array.size;
    if (!std::ranges::binary_search(array.slots, index, {}, &bpf::Slot::index)) return index;
  }
  return array.size;
}

}  // namespace tailbound::gen
