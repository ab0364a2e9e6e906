// Graphviz' `dot` as a process of its own.
#include "reports/picture/picture.hpp"
#include "reports/tool.hpp"

namespace tailbound::reports {

std::expected<std::string, std::string> svg_of(const std::string& dot) {
  auto svg = run_tool({{"dot", "-Tsvg"}, "dot, which draws the SVG,", "graphviz"}, dot);
  if (svg && !svg->contains("</svg>")) return std::unexpected("dot failed: it drew nothing");
  return svg;
}

}  // namespace tailbound::reports
