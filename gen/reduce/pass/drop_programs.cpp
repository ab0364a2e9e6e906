#include "gen/mutate/references.hpp"
#include "gen/reduce/pass/all.hpp"
#include "gen/reduce/places.hpp"

namespace tailbound::gen::pass {

using namespace bpf;

void drop_programs(Step& step) {
  for (std::size_t p = step.s.programs.size(); p-- > 0 && step.s.programs.size() > 1;) {
    if (step.here()) return erase_program(step.s, static_cast<std::uint16_t>(p));
  }
}

}  // namespace tailbound::gen::pass
