// Values that the verifier does not know: what is compared, stored and returned.
#pragma once

#include "gen/draft.hpp"

namespace tailbound::gen {

/// Cells of the map that draw_maps adds.
inline constexpr std::uint32_t map_cells = 4;

bpf::CellRef any_cell(Draft& draft);

/// A constant, a cell, a count or data, of one or a few operands; of maps only where there is one.
bpf::Expr any_value(Draft& draft);

/// A comparison of any_value with a small number; the blocks are empty.
bpf::If any_condition(Draft& draft);

}  // namespace tailbound::gen
