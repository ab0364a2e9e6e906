// Any text is parsed or refused with a place in it; what parses prints and parses again to the same scenario.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "jit/bpf/graph.hpp"

namespace {

using namespace tailbound::bpf;

void require(bool holds, const char* what, const std::string& shown) {
  if (holds) return;
  std::fprintf(stderr, "%s\n%s\n", what, shown.c_str());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto scenario = parse_graph(text);
  if (!scenario) {
    const auto lines = 1 + static_cast<std::size_t>(std::ranges::count(text, '\n'));
    require(scenario.error().line <= lines, "the error is outside the text", scenario.error().text());
    return 0;
  }
  const std::string printed = print_graph(*scenario);
  const auto again = parse_graph(printed);
  require(again.has_value(), "what was printed does not parse", printed);
  require(*again == *scenario, "printing and parsing changed the scenario", printed);
  return 0;
}
