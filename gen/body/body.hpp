// Fills the bodies that a shape left: frames, noise between calls, values and returns.
#pragma once

#include "gen/generate.hpp"

namespace tailbound::gen {

/// Stack sizes (not only multiples of 8) and registers that live across the body.
void draw_frames(ByteSource& source, const Budget& budget, bpf::Scenario& scenario);
/// Helper calls, stores to map cells, arithmetic and branches between the statements of the shape.
void draw_noise(ByteSource& source, bpf::Scenario& scenario);
/// Conditions on counts and cells round some calls and tail calls.
void draw_guards(ByteSource& source, bpf::Scenario& scenario);
/// A return at the end of every body, of a constant or of what the last call gave.
void draw_returns(ByteSource& source, bpf::Scenario& scenario);
/// Runs, and changes of slots and cells between and during them; rarely, fuel that runs out.
void draw_events(ByteSource& source, bpf::Scenario& scenario);

}  // namespace tailbound::gen
