// The machine stack as boxes, one a frame, with the count where the scheme keeps it.
#include <fmt/format.h>

#include "jit/bpf/lowered.hpp"
#include "jit/lower/frame.hpp"
#include "jit/schemes.hpp"
#include "reports/finding.hpp"
#include "reports/names.hpp"
#include "reports/steps.hpp"

namespace tailbound::reports {

namespace {

constexpr std::size_t shown_outermost = 4;
constexpr std::size_t shown_innermost = 6;
constexpr std::size_t width = 44;

struct Box {
  std::string title;
  std::string count;
  std::uint32_t bytes = 0;
};

std::string line(std::string_view text) { return fmt::format("  | {:<{}} |\n", text, width); }
std::string rule() { return fmt::format("  +{:-<{}}+\n", "", width + 2); }

class Boxes {
 public:
  explicit Boxes(const Finding& finding)
      : scheme_(scheme_of(finding)),
        names_(function_names(finding.scenario)),
        lowered_(bpf::lower(finding.scenario)),
        numbering_(bpf::number(finding.scenario)) {}

  bool known() const { return scheme_ != nullptr; }

  Box box(const model::Frame& live) {
    const bpf::FunctionRef ref = numbering_.ref(live.function_id);
    jit::find_frames(lowered_.programs[ref.program], frames_);
    const jit::Frame& frame = frames_[ref.function];
    const jit::CountSlots slots = scheme_->slots(frame);
    const std::string_view base = scheme_->frame_register;
    Box box{.title = names_[live.function_id], .count = {}, .bytes = scheme_->stack_costs.frame(frame)};
    if (frame.reaches_tail_call) {
      box.count =
          slots.count == 0 ? "no count slot" : fmt::format("{}{:+}  count {}", base, slots.count, live.count);
      if (!slots.own_in.empty()) box.count = fmt::format("count {} (in {} while it runs)", live.count, slots.own_in);
      if (slots.pointer != 0)
        box.count = fmt::format("{}{:+}  pointer to the count ({})", base, slots.pointer, live.count);
    } else {
      box.count = "no count slot";
    }
    return box;
  }

 private:
  const jit::SchemeView* scheme_;
  std::vector<std::string> names_;
  bpf::Lowered lowered_;
  bpf::Numbering numbering_;
  std::vector<jit::Frame> frames_;
};

std::string_view how(model::Discipline discipline) {
  switch (discipline) {
    case model::Discipline::by_value: return "each frame with its own copy of the count";
    case model::Discipline::cell: return "all frames with one count";
  }
  return "";
}

}  // namespace

std::string stack_picture(const Finding& finding) {
  if (!finding.parting || !finding.parting->explained_by) return {};
  Boxes boxes(finding);
  if (!boxes.known()) return {};
  const std::vector<model::Frame>& frames = finding.parting->frames;
  std::string out =
      fmt::format("the stack at that entry, outermost frame first: a walk with {}\ngives the observed trace\n",
                  how(*finding.parting->explained_by));
  std::uint64_t total = 0;
  std::uint64_t skipped_bytes = 0;
  std::size_t skipped = 0;
  out += rule();
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const Box box = boxes.box(frames[i]);
    total += box.bytes;
    if (i >= shown_outermost && i + shown_innermost < frames.size()) {
      ++skipped;
      skipped_bytes += box.bytes;
      continue;
    }
    if (skipped != 0) {
      out += line(fmt::format("... {} more frames, {} bytes ...", skipped, skipped_bytes)) + rule();
      skipped = 0;
    }
    out += line(fmt::format("{:<24}{:>14} bytes", box.title, box.bytes)) + line("  " + box.count) + rule();
  }
  return out + fmt::format("  {} frames, {} bytes of machine stack\n", frames.size(), total);
}

}  // namespace tailbound::reports
