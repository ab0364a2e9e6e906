// Frames of any size that the verifier accepts. A walk from the leaves to main finds what every function's
// callees need at least; the walk back gives each function something of what is left to it.
#include <algorithm>
#include <array>

#include "gen/body/body.hpp"
#include "jit/bpf/limits.hpp"

namespace tailbound::gen {

namespace {

using namespace bpf;

constexpr std::uint32_t update_room =
    16;  // touched_stack: an update's value and key, below a stack rounded to 8

/// Rounded bytes, on the longest chain of each kind.
struct Chain {
  std::uint32_t above = 0;             // frames before this one
  std::uint32_t below = 0;             // frames behind this one, at their least
  std::uint32_t before_tail_call = 0;  // frames between this one and a tail-calling one, at their least
  bool leads_to_tail_call = false;
};

/// Most bytes for the frame: below both limits, whatever stands above and below.
std::uint32_t room(const Limits& limits, const Chain& chain) {
  std::uint32_t most = limits.stack - chain.above - chain.below;
  if (chain.leads_to_tail_call) {
    most = std::min(most, limits.stack_before_tail_call - 1 - chain.above - chain.before_tail_call);
  }
  return most / limits.frame_rounding * limits.frame_rounding;
}

std::uint16_t draw_stack(ByteSource& source, std::uint32_t most, std::uint32_t usual) {
  if (most == 0 || !source.percent(40)) return 0;
  const std::uint32_t bytes = source.between(1, source.percent(85) ? std::min(usual, most) : most);
  const std::uint32_t rounded = std::min((bytes + 7) / 8 * 8, most);
  return static_cast<std::uint16_t>(source.percent(60) ? rounded : bytes);
}

std::uint8_t draw_keep(ByteSource& source) {
  if (!source.percent(40)) return 0;
  return static_cast<std::uint8_t>(source.percent(20) ? keep::all : source.below(keep::all + 1));
}

class ProgramFrames {
 public:
  ProgramFrames(Draft& draft, std::uint16_t program)
      : draft_(draft), facts_(draft.facts[program]), functions_(draft.scenario.programs[program].functions) {
    chains_.resize(functions_.size());
  }

  void draw() {
    const std::uint32_t least = rounded_frame(limits_, 0);
    for (std::size_t f = functions_.size(); f-- > 0;) {
      for (const DraftCall& call : facts_.calls) {
        if (call.caller == f) look_below(chains_[f], call.callee, least);
      }
    }
    for (std::size_t f = 0; f < functions_.size(); ++f) {
      draw_frame(f);
      const std::uint32_t bytes = chains_[f].above + rounded_frame(limits_, functions_[f].stack + extra(f));
      for (const DraftCall& call : facts_.calls) {
        if (call.caller == f) chains_[call.callee].above = std::max(chains_[call.callee].above, bytes);
      }
    }
  }

 private:
  void look_below(Chain& chain, std::uint16_t callee, std::uint32_t least) const {
    const Chain& next = chains_[callee];
    chain.below = std::max(chain.below, next.below + least);
    if (next.leads_to_tail_call) {
      chain.before_tail_call = std::max(chain.before_tail_call, next.before_tail_call + least);
    }
    chain.leads_to_tail_call |= next.leads_to_tail_call || facts_.functions[callee].tail_calls;
  }

  /// What helpers may touch below the function's own stack, which they see rounded to 8.
  std::uint32_t extra(std::size_t f) const {
    const std::uint32_t helper = facts_.functions[f].helper_room;
    return helper == 0 ? 0 : helper + (8 - functions_[f].stack % 8U) % 8;
  }

  void draw_frame(std::size_t f) {
    const bool leaf =
        !facts_.functions[f].tail_calls &&
        std::ranges::none_of(facts_.calls, [&](const DraftCall& call) { return call.caller == f; });
    const std::uint32_t most = std::min<std::uint32_t>(room(limits_, chains_[f]), max_stack);
    const bool helpers = draft_.source.percent(70);
    facts_.functions[f].helper_room = helpers ? update_room : 0;
    functions_[f].stack = draw_stack(draft_.source, most - facts_.functions[f].helper_room,
                                     leaf ? draft_.budget.leaf_stack : draft_.budget.stack);
    functions_[f].keep = draw_keep(draft_.source);
  }

  const Limits& limits_ = default_limits();
  Draft& draft_;
  ProgramFacts& facts_;
  std::vector<Function>& functions_;
  std::vector<Chain> chains_;
};

}  // namespace

void draw_frames(Draft& draft) {
  for (std::uint16_t p = 0; p < draft.program_count(); ++p) ProgramFrames(draft, p).draw();
}

}  // namespace tailbound::gen
