// What happened round the parting, as two walks of the model tell it: the one that gives the observed trace,
// and the sound one. A report draws this.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "oracles/model/walker.hpp"
#include "reports/finding.hpp"

namespace tailbound::reports {

/// A frame on the stack at some entry.
struct LiveFrame {
  std::uint32_t function = 0;  // id
  std::uint64_t entered = 0;   // number of the entry that began it, from 0
  std::uint64_t count = 0;     // what its cell holds
  std::uint32_t cell = 0;      // frames with the same cell share their count
  std::uint32_t calls = 0;     // that it has made; the last of them is under way, but in the innermost frame
};

/// The stack at an entry, outermost frame first, the entered frame included.
struct Moment {
  std::uint64_t entry = 0;
  std::vector<LiveFrame> frames;
};

/// One walk.
struct Telling {
  std::vector<model::TraceEntry> trace;  // the first entries of the run
  std::optional<Moment> before;          // the last entry before frames returned; nothing: none returned
  Moment at;  // the last entry that both walks share: what comes next is where they part
};

struct Story {
  std::uint64_t parting = 0;  // number of the first entry that differs, from 0
  bool explained = false;     // a walk gives the observed trace; `observed` is empty without
  Telling observed;
  Telling sound;
  std::uint64_t returned = 0;    // frames that ended between `before` and `at`
  std::uint64_t tail_calls = 0;  // taken before the parting
};

/// Nothing where the traces do not part behind a first entry that they share.
std::optional<Story> story_of(const Finding& finding);

}  // namespace tailbound::reports
