// Which step of the scheme emitted which machine instructions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "jit/bpf/lowered.hpp"
#include "jit/image.hpp"
#include "jit/schemes.hpp"
#include "reports/finding.hpp"

namespace tailbound::reports {

struct StepSpan {
  std::uint32_t offset = 0;  // in the image
  std::uint32_t size = 0;
  std::string_view name;   // of the step: "check count"
  std::string_view place;  // "prologue", "before the call", "direct tail call", …
};

/// By offset. Found by running the steps again for each function, call, site and exit, so an image that was
/// emitted by this scheme and options has exactly these; steps that emitted nothing are left out.
std::vector<StepSpan> step_spans(const bpf::Bytecode& program, const jit::Image& image,
                                 const jit::SchemeView& scheme, const jit::Options& options);

/// The scheme that emitted what a finding's engine ran; nullptr where that engine emits none of ours.
const jit::SchemeView* scheme_of(const Finding& finding);

/// Whether a step of that name reads, writes or hands on the count.
bool touches_count(std::string_view step);

}  // namespace tailbound::reports
