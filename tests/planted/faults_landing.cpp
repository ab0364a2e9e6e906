// Faults of the place where a tail call lands.
#include "tests/planted/hand_written.hpp"

namespace tailbound::planted {

namespace {

// The prologue of "pointer" without IBT: pad 5, seed 3, push rbp 1, mov rbp, rsp 3; then `sub rsp, imm32` of 7.
constexpr std::uint32_t sound_landing = 12;

template <std::uint32_t without_ibt>
std::uint32_t fixed(const jit::Options& options) {
  return without_ibt + (options.ibt ? 4U : 0U);
}
/// The pad at the start is forgotten: where there is one, 4 bytes too few are skipped.
std::uint32_t pad_forgotten(const jit::Options&) { return sound_landing; }

/// The prologue as it is, entered elsewhere.
Change landing(std::uint32_t (*where)(const jit::Options&)) {
  Change change = swap_step("pointer", "prologue", "fentry pad", {step::fentry_pad});
  change.landing = where;
  return change;
}

/// Steps 2 to 4, with the seed behind the place where a tail call lands.
Change seed_behind_landing() {
  const Step seed = original("pointer", "prologue", "seed count");
  Change change =
      swap_step("pointer", "prologue", "seed count", {step::frame_pointer, step::landing_pad, seed});
  change.count = 3;
  change.landing = fixed<9>;
  return change;
}

}  // namespace

void add_landing_faults(std::vector<Fault>& faults) {
  faults.push_back({.name = "tail-call-passes-the-seed",
                    .bug = "A8",
                    .base = "pointer",
                    .summary = "the seed lies behind the place where a tail call lands: every main counts anew",
                    .change = seed_behind_landing(),
                    .caught_by = "bound"});
  faults.push_back(
      {.name = "landing-on-the-seed",
       .bug = "A8",
       .base = "pointer",
       .summary = "a tail call skips too few instructions: it lands on the seed, before rbp is pushed",
       .change = landing(fixed<5>),
       .caught_by = "fault"});
  faults.push_back({.name = "landing-on-push-rbp",
                    .bug = "A8",
                    .base = "pointer",
                    .summary = "a tail call lands two instructions early and pushes rbp again",
                    .change = landing(fixed<8>),
                    .caught_by = "fault"});
  faults.push_back({.name = "landing-one-instruction-early",
                    .bug = "A8",
                    .base = "pointer",
                    .summary = "a tail call lands on mov rbp, rsp",
                    .change = landing(fixed<9>),
                    .equivalent = "the caller has unwound to its frame pointer: rsp is rbp there"});
  faults.push_back({.name = "landing-without-the-ibt-pad",
                    .bug = "A8",
                    .base = "pointer",
                    .summary = "the number of bytes that a tail call skips leaves out the pad that IBT adds",
                    .change = landing(pad_forgotten),
                    .caught_by = "encoding",
                    .options = {.ibt = true}});
  faults.push_back({.name = "landing-one-instruction-late",
                    .bug = "B9",
                    .base = "pointer",
                    .summary =
                        "a tail call lands behind the instruction that makes room for the stack, or inside "
                        "the one that follows where there is no stack",
                    .change = landing(fixed<sound_landing + 7>),
                    .caught_by = "fault"});
}

}  // namespace tailbound::planted
