// Slots of a prog_array, kept in order.
#pragma once

#include "jit/bpf/scenario.hpp"

namespace tailbound::gen {

/// The slot gets the program, whatever it held.
void put_slot(bpf::ProgArray& array, std::uint32_t index, std::uint16_t program);

/// The first empty slot from `from` on, round the array; its size when all are filled.
std::uint32_t empty_slot_from(const bpf::ProgArray& array, std::uint32_t from);

}  // namespace tailbound::gen
