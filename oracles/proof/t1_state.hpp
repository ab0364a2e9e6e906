// The abstract machine of T1: contexts of frames that point to cells. Frames that a step touches have names,
// and one more stands for any other: the induction hypothesis is used at those, so that no quantifier is
// left.
#pragma once

#include <string>
#include <vector>

#include "oracles/proof/term_world.hpp"

namespace tailbound::proof {

struct LiveFrame {
  Term alive, cell;
};

struct ContextTerms {
  Term root;                      // the cell that all its frames point to
  Term due;                       // attempts that the profile charges: a ghost that no rule sees
  Term taken;                     // attempts that were taken
  Term in_vain;                   // refused attempts that were charged
  std::vector<LiveFrame> frames;  // the running one first
};

struct State {
  std::vector<ContextTerms> contexts;  // the running one, the one that it interrupted, and any other
  Term depth;                          // frames of the running context above its first
  LiveFrame caller, other;             // the running frame's caller, and any frame further up
};

/// A state of which nothing is known but which frames are alive; their cells are made known to the world.
State any_state(TermWorld& world);

/// The context's frames share one cell; it holds min(33, due); what was paid was paid for a taken attempt or
/// for one that the profile charges.
Term invariant(TermWorld& world, const ContextTerms& context);
/// Of every context, and no two share a cell.
Term invariant(TermWorld& world, const State& state);

/// min(33, due), as the theorem has it.
Term charged(const Term& due);

}  // namespace tailbound::proof
