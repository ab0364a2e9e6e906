#include "gen/reduce/pass/all.hpp"
#include "gen/reduce/places.hpp"
#include "jit/bpf/references.hpp"

namespace tailbound::gen::pass {

using namespace bpf;

namespace {

/// What named a later map names it at its new place; what named this one, the first.
struct Forget : OtherReferences {
  std::uint16_t gone;

  void map(std::uint16_t& m) const {
    if (m == gone) m = 0;
    else if (m > gone) --m;
  }
};

bool shrink_cells(Step& step, std::vector<std::uint64_t>& cells) {
  std::size_t size = cells.size();
  if (lower(step, size, std::size_t{1})) {
    cells.resize(size);
    return true;
  }
  if (step.here()) {
    cells.assign(cells.size(), 0);
    return true;
  }
  for (std::uint64_t& cell : cells) {
    if (lower(step, cell)) return true;
  }
  return false;
}

}  // namespace

void shrink_maps(Step& step) {
  auto& maps = step.s.maps;
  if (!maps.empty() && step.here()) return maps.clear();
  for (std::size_t m = 0; m < maps.size(); ++m) {
    if (step.here()) {
      each_reference(step.s, Forget{{}, static_cast<std::uint16_t>(m)});
      maps.erase(maps.begin() + static_cast<std::ptrdiff_t>(m));
      return;
    }
    if (shrink_cells(step, maps[m].cells)) return;
  }
}

}  // namespace tailbound::gen::pass
