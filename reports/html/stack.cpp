#include "reports/html/stack.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "jit/bpf/lowered.hpp"
#include "jit/lower/frame.hpp"
#include "reports/html/markup.hpp"
#include "reports/html/return_places.hpp"
#include "reports/names.hpp"

namespace tailbound::reports::html {

namespace {

constexpr std::size_t outermost_shown = 1;
constexpr std::size_t innermost_shown = 3;
constexpr int width = 400;
constexpr int box_width = 352;
constexpr int row_height = 20;
constexpr int head_height = 24;
constexpr int gap = 7;

struct Row {
  std::string place;  // "rbp+8", "x26"
  std::string label;
  std::string value;
  bool decides = false;  // the count that the next tail call is tested against
  bool is_cell = false;  // the one count
  bool comes_back = false;
  std::optional<std::uint32_t> points;  // to that cell
};

struct Box {
  std::string title;
  std::string side;
  std::vector<Row> rows;
};

/// Whether frames of mains and subprograms alike reach the one count by a pointer.
bool by_pointer(const jit::SchemeView& scheme) {
  const jit::Frame subprogram{
      .is_main = false, .reaches_tail_call = true, .stack_depth = 0, .saved_registers = 0};
  return scheme.slots(subprogram).pointer != 0;
}

class Frames {
 public:
  explicit Frames(const StackScene& scene)
      : scene_(scene),
        names_(function_names(scene.scenario)),
        numbering_(bpf::number(scene.scenario)),
        lowered_(bpf::lower(scene.scenario)),
        returns_(lowered_, scene.scheme) {}

  Box box(std::size_t i) {
    const LiveFrame& live = scene_.moment.frames[i];
    const bpf::FunctionRef ref = numbering_.ref(live.function);
    jit::find_frames(lowered_.programs[ref.program], frames_);
    const jit::Frame& frame = frames_[ref.function];
    const std::uint32_t bytes = scene_.scheme.stack_costs.frame(frame);
    Box box{.title = names_[live.function],
            .side = fmt::format("entry {}, {} bytes", live.entered + 1, bytes),
            .rows = {}};
    box.rows.push_back(plain(place_of(8), "return address", return_place(i)));
    const std::string_view base = scene_.scheme.frame_register;
    box.rows.push_back(plain(std::string(base), fmt::format("{} of the caller", base), ""));
    if (const std::uint32_t stack = scene_.scheme.stack_bytes(frame); stack != 0)
      box.rows.push_back(
          plain(place_of(bottom_of_stack(stack, bytes)), "BPF stack", fmt::format("{} bytes", stack)));
    if (frame.reaches_tail_call) add_count(box, i, scene_.scheme.slots(frame));
    if (const std::string registers = saved(frame); !registers.empty())
      box.rows.push_back(plain("", "saved registers", registers));
    return box;
  }

 private:
  static Row plain(std::string place, std::string label, std::string value) {
    return {.place = std::move(place), .label = std::move(label), .value = std::move(value), .points = {}};
  }

  std::string place_of(std::int64_t offset) const {
    return fmt::format("{}{:+}", scene_.scheme.frame_register, offset);
  }

  /// On x86-64 it lies right below the frame register; on arm64 last, below what is saved.
  std::int64_t bottom_of_stack(std::uint32_t stack, std::uint32_t frame_bytes) const {
    constexpr std::int64_t record = 16;  // x29 and x30, which x29 points to
    return scene_.scheme.arch == jit::Arch::x86_64 ? -std::int64_t{stack} : record - std::int64_t{frame_bytes};
  }

  std::string return_place(std::size_t i) {
    if (i == 0) return "out of BPF";
    const LiveFrame& caller = scene_.moment.frames[i - 1];
    const std::string name = names_[caller.function];
    const std::string call = fmt::format("behind call {} of {}", caller.calls, name);
    const auto at = returns_.behind_call(numbering_.ref(caller.function), caller.calls);
    return at && returns_.knows_order(scene_.scenario, numbering_.ref(caller.function))
               ? fmt::format("{}, +{:#x}", call, *at)
               : call;
  }

  void add_count(Box& box, std::size_t i, const jit::CountSlots& slots) const {
    const LiveFrame& live = scene_.moment.frames[i];
    const bool innermost = i + 1 == scene_.moment.frames.size();
    const bool owner = i == 0 || scene_.moment.frames[i - 1].cell != live.cell;
    const std::string count = fmt::format("{}", live.count);
    if (slots.count == 0 && slots.pointer == 0) {
      box.rows.push_back(plain("", "count", "not in the frame"));
      return;
    }
    if (!slots.own_in.empty()) return add_register(box, i, slots);
    if (slots.pointer == 0 && by_pointer(scene_.scheme)) {
      // A tail call left the frame of the function that made it: its cell, or its pointer.
      if (owner) box.rows.push_back(the_cell(slots, count));
      else add_pointer(box, slots.count, live);
      return;
    }
    if (slots.pointer == 0) {
      box.rows.push_back({.place = place_of(slots.count),
                          .label = scene_.comes_back == i ? "count: own copy, comes back" : "count: own copy",
                          .value = count,
                          .decides = innermost || i + 2 == scene_.moment.frames.size(),
                          .comes_back = scene_.comes_back == i,
                          .points = {}});
      return;
    }
    if (slots.count != 0 && owner) box.rows.push_back(the_cell(slots, count));
    else if (slots.count != 0) box.rows.push_back(plain(place_of(slots.count), "pointer again", ""));
    add_pointer(box, slots.pointer, live);
  }

  Row the_cell(const jit::CountSlots& slots, const std::string& count) const {
    return {.place = place_of(slots.count),
            .label = "count: the one cell",
            .value = count,
            .decides = true,
            .is_cell = true,
            .points = {}};
  }

  void add_pointer(Box& box, std::int32_t at, const LiveFrame& live) const {
    box.rows.push_back(
        {.place = place_of(at), .label = "pointer to the count", .value = "", .points = live.cell});
  }

  /// The caller's count as its callee saved it, and the count of who runs.
  void add_register(Box& box, std::size_t i, const jit::CountSlots& slots) const {
    const auto& frames = scene_.moment.frames;
    const bool innermost = i + 1 == frames.size();
    const bool comes_back = i > 0 && scene_.comes_back == i - 1;
    box.rows.push_back(
        {.place = place_of(slots.count),
         .label = fmt::format("{} of the caller{}", slots.own_in, comes_back ? ", comes back" : ""),
         .value = i == 0 ? "" : fmt::format("{}", frames[i - 1].count),
         .decides = innermost && i > 0,
         .comes_back = comes_back,
         .points = {}});
    if (!innermost) return;
    box.rows.push_back({.place = std::string(slots.own_in),
                        .label = "count, in a register",
                        .value = fmt::format("{}", frames[i].count),
                        .decides = true,
                        .points = {}});
  }

  std::string saved(const jit::Frame& frame) const {
    constexpr std::string_view machine[] = {"rbx", "r13", "r14", "r15"};
    if (scene_.scheme.arch != jit::Arch::x86_64) {
      const std::uint32_t bytes = scene_.scheme.saved_bytes(frame);
      return bytes == 0 ? "" : fmt::format("{} bytes", bytes);
    }
    std::string out;
    for (unsigned r = 0; r < 4; ++r) {
      if ((frame.saved_registers & (1U << r)) != 0)
        out += fmt::format("{}{}", out.empty() ? "" : " ", machine[r]);
    }
    return out;
  }

  const StackScene& scene_;
  std::vector<std::string> names_;
  bpf::Numbering numbering_;
  bpf::Lowered lowered_;
  ReturnPlaces returns_;
  std::vector<jit::Frame> frames_;
};

class Drawing {
 public:
  explicit Drawing(const StackScene& scene) : scene_(scene), frames_(scene) {}

  std::string draw() {
    const std::size_t count = scene_.moment.frames.size();
    for (std::size_t i = 0; i < count; ++i) {
      const bool shown =
          i < outermost_shown || i + innermost_shown >= count || count <= outermost_shown + innermost_shown + 1;
      if (shown) box(i);
      else if (i == outermost_shown) left_out(count - outermost_shown - innermost_shown);
    }
    arrows();
    return fmt::format(
        "<svg class=\"stack\" viewBox=\"0 0 {} {}\" role=\"img\" data-frames=\"{}\">\n"
        "<title>{}</title>\n{}</svg>\n",
        width, y_ + 2, count, escaped(scene_.title), out_);
  }

 private:
  void box(std::size_t i) {
    const Box box = frames_.box(i);
    const int height = head_height + row_height * static_cast<int>(box.rows.size());
    out_ += fmt::format(
        "<g data-frame=\"{}\">\n<rect class=\"frame\" x=\"1\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"4\"/>"
        "<rect class=\"head\" x=\"1.5\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"4\"/>\n",
        i, y_ + 1, box_width, height, y_ + 1.5, box_width - 1, head_height - 2);
    label(10, y_ + 17, "", box.title, "font-weight=\"600\" font-size=\"13.5\"");
    label(box_width - 8, y_ + 17, "s", box.side, "text-anchor=\"end\" font-size=\"12\"");
    y_ += head_height;
    for (const Row& each : box.rows) row(each);
    out_ += "</g>\n";
    y_ += gap;
  }

  void row(const Row& row) {
    const bool toned = row.comes_back || (row.decides && scene_.tone != Tone::plain);
    const bool wrong = row.comes_back || scene_.tone == Tone::wrong;
    const std::string_view fill = wrong ? "wrong" : "right";
    if (toned)
      out_ += fmt::format("<rect class=\"{}\" x=\"2\" y=\"{}\" width=\"{}\" height=\"{}\"/>", fill, y_ + 1,
                          box_width - 2, row_height - 1);
    label(10, y_ + 15, "s m", row.place, "font-size=\"11.5\"");
    label(66, y_ + 15, "", row.label, "font-size=\"12.5\"");
    const std::string_view tone = !toned ? "" : wrong ? "wrongtext" : "righttext";
    label(box_width - 8, y_ + 15, tone, row.value,
          row.decides || row.is_cell || row.comes_back
              ? "text-anchor=\"end\" font-size=\"14\" font-weight=\"700\""
              : "text-anchor=\"end\" font-size=\"12\"");
    const int middle = y_ + row_height / 2 + 1;
    if (row.is_cell) cell_at_ = middle;
    if (row.points) pointers_.push_back(middle);
    if (row.decides && !row.is_cell) copies_.push_back(middle);
    y_ += row_height;
  }

  void left_out(std::size_t frames) {
    const auto& all = scene_.moment.frames;
    const std::uint64_t first = all[outermost_shown].count;
    const std::uint64_t last = all[outermost_shown + frames - 1].count;
    const std::string counts =
        first == last ? fmt::format("count {}", first) : fmt::format("counts {} to {}", first, last);
    label(box_width / 2, y_ + 15, "s", fmt::format("{} more frames, {}", frames, counts),
          "text-anchor=\"middle\" font-size=\"12.5\"");
    y_ += 22 + gap;
  }

  void label(int x, int y, std::string_view css, std::string_view words, std::string_view how) {
    if (words.empty()) return;
    out_ += fmt::format("<text x=\"{}\" y=\"{}\" class=\"{}\" {}>{}</text>\n", x, y, css, how, escaped(words));
  }

  /// Pointers meet in one line beside the frames; a copy goes from the caller's count to the callee's.
  void arrows() {
    if (cell_at_ != 0 && !pointers_.empty()) {
      const int x = box_width + 24;
      out_ += fmt::format("<path class=\"arrow\" d=\"M{} {}V{}H{}\"/>", x, pointers_.back(), cell_at_,
                          box_width + 9);
      for (const int y : pointers_)
        out_ += fmt::format("<path class=\"arrow\" d=\"M{} {}H{}\"/>", box_width + 1, y, x);
      head("arrowhead", cell_at_);
    }
    if (copies_.size() == 2) {
      const int x = box_width + 18;
      out_ += fmt::format("<path class=\"copy\" d=\"M{} {}H{}V{}H{}\"/>", box_width + 1, copies_[0], x,
                          copies_[1], box_width + 9);
      head("copyhead", copies_[1]);
      out_ += fmt::format(
          "<text x=\"{0}\" y=\"{1}\" class=\"wrongtext\" font-size=\"12\" transform=\"rotate(90 {0} {1})\" "
          "text-anchor=\"middle\">copied</text>",
          x + 7, (copies_[0] + copies_[1]) / 2);
    }
  }
  void head(std::string_view css, int y) {
    out_ += fmt::format("<path class=\"{}\" d=\"M{} {}l9 -4.5v9z\"/>", css, box_width + 1, y);
  }

  const StackScene& scene_;
  Frames frames_;
  std::string out_;
  int y_ = 0;
  int cell_at_ = 0;
  std::vector<int> pointers_;
  std::vector<int> copies_;
};

}  // namespace

std::string stack_svg(const StackScene& scene) { return Drawing(scene).draw(); }

}  // namespace tailbound::reports::html
