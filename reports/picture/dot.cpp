// The picture in Graphviz' language.
#include <fmt/format.h>

#include "reports/picture/picture.hpp"

namespace tailbound::reports {

namespace {

constexpr std::size_t shown_name = 28;
constexpr std::string_view grey = "#8a8a8a";

class Dot {
 public:
  explicit Dot(const Picture& picture) : picture_(picture) {}

  std::string run() {
    out_ =
        "digraph scenario {\n"
        "  rankdir=LR; ranksep=0.9; nodesep=0.3; newrank=true;\n"
        "  node [shape=box, style=\"rounded,filled\", fillcolor=white, fontname=\"Helvetica\", fontsize=11];\n"
        "  edge [fontname=\"Helvetica\", fontsize=10];\n";
    for (std::uint16_t p = 0; p < picture_.programs; ++p) program(p);
    for (std::size_t id = 0; id < picture_.functions.size(); ++id) calls(id);
    for (const Picture::Way& way : picture_.ways) tail_call(way);
    return out_ + "}\n";
  }

 private:
  void program(std::uint16_t p) {
    const Picture::Function& main = picture_.functions[picture_.mains[p]];
    out_ += fmt::format(
        "  subgraph cluster_{} {{\n    label=\"program {}\"; labeljust=l; style=\"rounded,filled\";\n"
        "    color=\"#b0b8c8\"; fillcolor=\"#f2f5fa\"; fontname=\"Helvetica-Bold\"; fontsize=12;\n",
        p, shortened(main.name, shown_name));
    for (std::size_t id = 0; id < picture_.functions.size(); ++id) {
      if (picture_.functions[id].program == p) function(id);
    }
    out_ += "  }\n";
  }

  void function(std::size_t id) {
    const Picture::Function& f = picture_.functions[id];
    out_ += fmt::format("    f{} [label=\"{}\\n{} entered\\n{} bytes of stack\"{}];\n", id,
                        shortened(f.name, shown_name), f.entries, f.bytes,
                        f.entries == 0 ? fmt::format(", fontcolor=\"{0}\", color=\"{0}\"", grey)
                        : f.main       ? ", penwidth=1.8"
                                       : "");
  }

  void calls(std::size_t id) {
    for (const Picture::Call& call : picture_.functions[id].calls) {
      out_ += fmt::format("  f{} -> f{} [label=\"call{}\"];\n", id, call.callee,
                          call.times == 1 ? "" : fmt::format(" x {}", call.times));
    }
  }

  void tail_call(const Picture::Way& way) {
    const std::string label = fmt::format("{}\\n{}", shortened(way.slot, shown_name), outcome_of(way));
    if (way.target) {
      const std::string_view colour = way.taken != 0 ? "#b3261e" : grey;
      out_ += fmt::format("  f{} -> f{} [style=dashed, color=\"{}\", fontcolor=\"{}\", label=\"{}\"];\n",
                          way.function, *way.target, colour, colour, label);
      return;
    }
    const std::string nowhere = fmt::format("n{}", nowhere_++);
    out_ += fmt::format("  {} [label=\"{}\\n{}\", shape=box, style=dashed, color=\"{}\", fontcolor=\"{}\"];\n",
                        nowhere, shortened(way.slot, shown_name), way.in_range ? "empty" : "out of range", grey,
                        grey);
    out_ += fmt::format("  f{} -> {} [style=dashed, color=\"{}\", fontcolor=\"{}\", label=\"{}\"];\n",
                        way.function, nowhere, grey, grey, outcome_of(way));
  }

  const Picture& picture_;
  std::string out_;
  std::size_t nowhere_ = 0;
};

}  // namespace

std::string dot_of(const Picture& picture) { return Dot(picture).run(); }

}  // namespace tailbound::reports
