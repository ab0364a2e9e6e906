#include "reports/html/code.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "jit/schemes.hpp"
#include "reports/disassembly.hpp"
#include "reports/html/markup.hpp"
#include "reports/names.hpp"
#include "reports/steps.hpp"

namespace tailbound::reports::html {

namespace {

class Table {
 public:
  Table(std::span<const CodeLine> lines, std::span<const StepSpan> steps) : lines_(lines), steps_(steps) {}

  std::string draw() {
    for (const CodeLine& line : lines_) {
      switch (line.kind) {
        case CodeLine::Kind::program: break;
        case CodeLine::Kind::function:
          leave_out();
          out_ += fmt::format("<tr class=\"name\"><td colspan=\"4\">{}</td></tr>\n", escaped(line.text));
          break;
        case CodeLine::Kind::bpf: heading_ = line.text; break;
        case CodeLine::Kind::machine: machine(line); break;
      }
    }
    leave_out();
    return "<div class=\"wide\"><table class=\"code\">\n<thead><tr><th>step</th><th>at</th><th>bytes</th>"
           "<th>instruction</th></tr></thead>\n<tbody>\n" +
           out_ + "</tbody></table></div>\n";
  }

 private:
  const StepSpan* step_at(std::uint32_t offset) const {
    const auto found = std::ranges::find_if(
        steps_, [&](const StepSpan& s) { return offset >= s.offset && offset - s.offset < s.size; });
    return found == steps_.end() ? nullptr : &*found;
  }

  void machine(const CodeLine& line) {
    const StepSpan* const step = step_at(line.offset);
    if (step == nullptr) {
      ++left_out_;
      return;
    }
    leave_out();
    const bool begins = step->offset == line.offset;
    if (begins && step->place != place_)
      out_ += fmt::format("<tr class=\"bpf\"><td colspan=\"4\">{}</td></tr>\n", escaped(place_heading(*step)));
    place_ = step->place;
    const std::string notes =
        line.notes.empty() ? "" : fmt::format("  <span class=\"soft\">{}</span>", escaped(line.notes));
    out_ += fmt::format(
        "<tr class=\"{}{}\"><td class=\"step\">{}</td><td>{:#x}</td><td "
        "class=\"soft\">{}</td><td>{}{}</td></tr>\n",
        begins ? "first" : "", touches_count(step->name) ? " count" : "", begins ? escaped(step->name) : "",
        line.offset, escaped(line.bytes), escaped(line.text), notes);
  }

  /// The place, and the BPF instruction that it is emitted for.
  std::string place_heading(const StepSpan& step) const {
    if (step.place == "prologue") return "prologue";
    const std::size_t text = heading_.find_first_not_of(' ');
    return fmt::format("{}: {}", step.place, text == std::string::npos ? "" : heading_.substr(text));
  }

  void leave_out() {
    if (left_out_ != 0)
      out_ += fmt::format(
          "<tr class=\"left\"><td></td><td colspan=\"3\">… {} instructions of the body</td></tr>\n", left_out_);
    if (left_out_ != 0) place_ = {};
    left_out_ = 0;
  }

  std::span<const CodeLine> lines_;
  std::span<const StepSpan> steps_;
  std::string out_;
  std::string heading_;
  std::string_view place_;
  std::size_t left_out_ = 0;
};

}  // namespace

std::string code_tables(const Finding& finding) {
  const jit::SchemeView* const scheme = scheme_of(finding);
  if (scheme == nullptr) return "";
  const bpf::Lowered lowered = bpf::lower(finding.scenario);
  std::string out;
  jit::Image image;
  for (std::uint16_t p = 0; p < lowered.programs.size(); ++p) {
    if (lowered.programs[p].sites.empty()) continue;
    if (!jit::compile(*scheme, lowered.programs[p], {}, image)) continue;
    const std::vector<CodeLine> lines = code_lines(finding.scenario, lowered, p, image);
    const std::vector<StepSpan> steps = step_spans(lowered.programs[p], image, *scheme, {});
    out += text("h3", "", lines.front().text) + "\n" + Table(lines, steps).draw();
    out += "<details><summary>All instructions</summary>\n" +
           text("pre", "", disassembly(finding.scenario, lowered, p, image, Colours::off)) + "</details>\n";
  }
  return out;
}

}  // namespace tailbound::reports::html
