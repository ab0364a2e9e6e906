// The prog_arrays of the interpreter.
#include "oracles/engine/interpreter_tail_call.hpp"

#include <cassert>

namespace tailbound::engine::interpreter {

void Slots::load(std::span<const bpf::LoweredMap> maps) {
  arrays_.clear();
  programs_.clear();
  for (const bpf::LoweredMap& map : maps) {
    const bool is_prog_array = map.kind == bpf::LoweredMap::Kind::prog_array;
    arrays_.push_back({programs_.size(), is_prog_array ? map.max_entries : 0, is_prog_array});
    if (!is_prog_array) continue;
    programs_.resize(programs_.size() + map.max_entries, empty);
    for (const bpf::Slot& slot : map.slots) set(arrays_.size() - 1, slot.index, slot.program);
  }
}

void Slots::set(std::size_t map, std::uint32_t index, std::optional<std::uint16_t> program) {
  assert(index < arrays_[map].size && "a checked scenario's slots exist");
  programs_[arrays_[map].first + index] = program ? *program : empty;
}

std::optional<std::span<const std::uint32_t>> Slots::of(std::size_t map) const {
  if (!arrays_[map].is_prog_array) return std::nullopt;
  return std::span(programs_).subspan(arrays_[map].first, arrays_[map].size);
}

}  // namespace tailbound::engine::interpreter
