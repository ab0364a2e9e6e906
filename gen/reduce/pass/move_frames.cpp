#include <array>

#include "gen/reduce/pass/all.hpp"
#include "gen/reduce/places.hpp"

namespace tailbound::gen::pass {

using namespace bpf;

namespace {

std::vector<Function*> functions_of(Scenario& scenario) {
  std::vector<Function*> found;
  for (Program& program : scenario.programs) {
    for (Function& function : program.functions) found.push_back(&function);
  }
  return found;
}

/// What lies where two frames differ hangs on which of them is the larger, and by how much: a byte is as good
/// as another, words decide.
constexpr std::array<std::uint16_t, 3> sizes = {1, 8, 16};

/// Steps grow with the square of the functions; what has more of them loses them first.
constexpr std::size_t most_functions = 8;

}  // namespace

void move_frames(Step& step) {
  const std::vector<Function*> all = functions_of(step.s);
  if (all.size() > most_functions) return;
  for (Function* from : all) {
    for (Function* to : all) {
      if (from == to || from->stack == 0 || to->stack != 0) continue;
      if (step.here()) return std::swap(from->stack, to->stack);
      for (const std::uint16_t size : sizes) {
        if (size == from->stack || !step.here()) continue;
        from->stack = 0;
        to->stack = size;
        return;
      }
    }
  }
}

}  // namespace tailbound::gen::pass
