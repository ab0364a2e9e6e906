#include "reports/picture/frames.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "jit/bpf/call_graph.hpp"
#include "jit/bpf/lowered.hpp"
#include "jit/lower/frame.hpp"

namespace tailbound::reports {

namespace {

std::string where(const jit::SchemeView& scheme, const jit::Frame& frame) {
  if (!frame.reaches_tail_call) return "none: no tail call below";
  const jit::CountSlots slots = scheme.slots(frame);
  if (slots.count == 0 && slots.pointer == 0) return "not in the frame";
  const std::string_view base = scheme.frame_register;
  if (!slots.own_in.empty())
    return fmt::format("own in {}, the caller's at {}{:+}", slots.own_in, base, slots.count);
  if (slots.pointer == 0) return fmt::format("count at {}{:+}", base, slots.count);
  if (slots.count == 0) return fmt::format("pointer to it at {}{:+}", base, slots.pointer);
  return fmt::format("count at {0}{1:+}, pointer at {0}{2:+}", base, slots.count, slots.pointer);
}

/// For each function of a program the chain of callers with most bytes, outermost first.
class Paths {
 public:
  Paths(const bpf::Program& program, std::uint32_t first, const Picture& picture)
      : bytes_(program.functions.size(), 0), above_(program.functions.size()) {
    const bpf::Calls calls = bpf::calls_of(program);
    for (const std::uint16_t caller : bpf::call_order(calls).order) {
      const std::uint64_t sum = bytes_[caller] + picture.functions[first + caller].bytes;
      for (const std::uint16_t callee : calls[caller]) {
        if (sum <= bytes_[callee]) continue;
        bytes_[callee] = sum;
        above_[callee] = above_[caller];
        above_[callee].push_back(first + caller);
      }
    }
  }

  Picture::Live live(std::uint32_t id, std::size_t function) const {
    return {id, above_[function], bytes_[function]};
  }

 private:
  std::vector<std::uint64_t> bytes_;
  std::vector<std::vector<std::uint32_t>> above_;
};

}  // namespace

void add_frames(const bpf::Scenario& scenario, const jit::SchemeView& scheme, Picture& picture) {
  const bpf::Lowered lowered = bpf::lower(scenario);
  std::vector<jit::Frame> frames;
  for (std::size_t p = 0; p < scenario.programs.size(); ++p) {
    jit::find_frames(lowered.programs[p], frames);
    for (std::size_t f = 0; f < frames.size(); ++f) {
      Picture::Function& function = picture.functions[picture.mains[p] + f];
      function.bytes = scheme.stack_costs.frame(frames[f]);
      function.count = where(scheme, frames[f]);
    }
    const Paths paths(scenario.programs[p], picture.mains[p], picture);
    for (std::size_t f = 0; f < frames.size(); ++f) {
      const auto id = static_cast<std::uint32_t>(picture.mains[p] + f);
      if (std::ranges::find(picture.ways, id, &Picture::Way::function) == picture.ways.end()) continue;
      picture.live.push_back(paths.live(id, f));
    }
  }
}

}  // namespace tailbound::reports
