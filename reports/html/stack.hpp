// A machine stack as a drawing: one box a frame, a row a word, pointers as arrows.
#pragma once

#include <optional>
#include <string>

#include "jit/schemes.hpp"
#include "reports/story.hpp"

namespace tailbound::reports::html {

/// What a row of a frame is drawn as.
enum class Tone : std::uint8_t { plain, wrong, right };

struct StackScene {
  const bpf::Scenario& scenario;
  const jit::SchemeView& scheme;
  const Moment& moment;
  Tone tone = Tone::plain;                // of the counts that decide
  std::optional<std::size_t> comes_back;  // the frame whose copy the return will bring back
  std::string title;                      // text alternative
};

/// SVG, 400 units wide. Frames in the middle of a deep stack are left out and counted.
std::string stack_svg(const StackScene& scene);

}  // namespace tailbound::reports::html
