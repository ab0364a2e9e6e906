// Fills the bodies that a shape left, in this order.
#pragma once

#include "gen/draft.hpp"

namespace tailbound::gen {

/// Stack sizes (not only multiples of 8) and registers that live across the body.
void draw_frames(Draft& draft);
/// In half of the scenarios an array map: what noise and branches work with.
void draw_maps(Draft& draft);
/// Conditions round calls and tail calls, on counts, cells, data and on what a call returned.
void draw_branches(Draft& draft);
/// Helper calls, stores to map cells, arithmetic and branches between the statements of the shape.
void draw_noise(Draft& draft);
/// Asm blocks: instructions over r0 to r5 and the function's stack, with jumps and bounded loops.
void draw_blocks(Draft& draft);
/// A return at the end of every body, of data or of what the last call gave.
void draw_returns(Draft& draft);
/// Rarely: a second array with other gaps, and part of the tail calls go there.
void draw_second_array(Draft& draft);
/// Rarely: a program with the body of another one, which takes over one of its slots.
void draw_twin(Draft& draft);
/// Rarely: a subprogram without tail calls below a main that makes some.
void draw_leaf(Draft& draft);
/// Runs, and changes of slots and cells between and during them; rarely, fuel that runs out.
void draw_events(Draft& draft);

}  // namespace tailbound::gen
