// The picture as text: a tree a program, the slots, and two tables of frames.
#include <fmt/format.h>

#include "reports/picture/picture.hpp"

namespace tailbound::reports {

namespace {

constexpr std::size_t width = 110;
constexpr std::size_t left = 62;  // the column where counts begin
constexpr std::size_t shown_name = 30;
constexpr std::size_t deepest_indent = 8;

std::string plural(std::uint64_t count, std::string_view one, std::string_view many = {}) {
  if (count == 1) return fmt::format("1 {}", one);
  return many.empty() ? fmt::format("{} {}s", count, one) : fmt::format("{} {}", count, many);
}

class Text {
 public:
  explicit Text(const Picture& picture) : picture_(picture), drawn_(picture.functions.size(), false) {}

  std::string run() {
    head();
    for (const std::uint32_t main : picture_.mains) {
      out_ += '\n';
      tree(main, "", "");
    }
    slots();
    frames();
    live();
    return std::move(out_);
  }

 private:
  void line(std::string text) {
    while (!text.empty() && text.back() == ' ') text.pop_back();
    out_ += shortened(text, width) + '\n';
  }

  void row(const std::string& what, const std::string& counts) {
    line(fmt::format("{:<{}} {}", shortened(what, left), left, counts));
  }

  void head() {
    line(fmt::format("{}, {}, {}; in {}: {} taken, {} refused", plural(picture_.programs, "program"),
                     plural(picture_.functions.size(), "function"),
                     plural(picture_.ways.size(), "way of a tail call", "ways of tail calls"),
                     plural(picture_.runs, "run"), plural(picture_.taken(), "tail call"), picture_.refused()));
    line("--> is a call of a subprogram, ==> a tail call through a slot, ..> one that never finds a program");
  }

  /// A function that stands in the tree already is named, not drawn again.
  void tree(std::uint32_t id, const std::string& lead, const std::string& indent) {
    const Picture::Function& function = picture_.functions[id];
    const bool again = drawn_[id];
    drawn_[id] = true;
    row(lead + shortened(function.name, shown_name) + (again ? " (drawn above)" : ""),
        again ? "" : plural(function.entries, "entry", "entries"));
    if (again) return;
    for (const Picture::Way& way : picture_.ways) {
      if (way.function == id) tail_call(way, indent);
    }
    const std::string deeper = indent.size() < 3 * deepest_indent ? indent + "   " : indent;
    for (const Picture::Call& call : function.calls) {
      tree(call.callee, indent + (call.times == 1 ? " --> " : fmt::format(" --> {} x ", call.times)), deeper);
    }
  }

  void tail_call(const Picture::Way& way, const std::string& indent) {
    const std::string target = way.target      ? shortened(picture_.functions[*way.target].name, shown_name)
                               : !way.in_range ? "out of range"
                               : way.slot.ends_with("others)") ? "several"
                                                               : "empty";
    row(fmt::format("{} {} {}: {}{}", indent, way.target ? "==>" : "..>", shortened(way.slot, 24), target,
                    way.direct ? "" : " (index computed)"),
        outcome_of(way));
  }

  void slots() {
    out_ += '\n';
    line("slots at the start");
    if (picture_.arrays.empty()) line("  no prog_array");
    for (const auto& [name, slots] : picture_.arrays)
      line(fmt::format("  {:<26}{}", shortened(name, 25), slots));
  }

  std::string full_name(std::uint32_t id) const {
    const Picture::Function& function = picture_.functions[id];
    const std::string& program = picture_.functions[picture_.mains[function.program]].name;
    return function.main ? shortened(function.name, 34)
                         : shortened(program, 16) + "." + shortened(function.name, 17);
  }

  void frames() {
    out_ += '\n';
    line(fmt::format("frames under scheme {}, in bytes of machine stack", picture_.scheme));
    line(fmt::format("  {:<36}{:>6}{:>12}  {}", "function", "bytes", "BPF stack", "the count of tail calls"));
    for (std::uint32_t id = 0; id < picture_.functions.size(); ++id) {
      const Picture::Function& function = picture_.functions[id];
      line(fmt::format("  {:<36}{:>6}{:>12}  {}", full_name(id), function.bytes, function.stack,
                       function.count));
    }
  }

  void live() {
    if (picture_.live.empty()) return;
    out_ += '\n';
    line("what stays on the stack under a tail call (the longest way there)");
    line(fmt::format("  {:<36}{:>6}  {}", "tail call in", "bytes", "live frames, outermost first"));
    for (const Picture::Live& each : picture_.live) {
      std::string below;
      for (const std::uint32_t id : each.below) {
        below += fmt::format("{}{}", below.empty() ? "" : " > ", shortened(picture_.functions[id].name, 18));
      }
      line(fmt::format("  {:<36}{:>6}  {}", full_name(each.function), each.bytes,
                       below.empty() ? "none: the frame of main is replaced" : below));
    }
  }

  const Picture& picture_;
  std::vector<bool> drawn_;
  std::string out_;
};

}  // namespace

std::string text_of(const Picture& picture) { return Text(picture).run(); }

}  // namespace tailbound::reports
