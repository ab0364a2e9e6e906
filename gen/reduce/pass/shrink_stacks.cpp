#include "gen/reduce/pass/all.hpp"
#include "gen/reduce/places.hpp"

namespace tailbound::gen::pass {

using namespace bpf;

void shrink_stacks(Step& step) {
  for (Program& program : step.s.programs) {
    for (Function& function : program.functions) {
      if (lower(step, function.stack)) return;
      const auto whole_words = static_cast<std::uint16_t>(function.stack / 8 * 8);
      for (const std::uint16_t bytes : {std::uint16_t{8}, whole_words}) {
        if (function.stack <= bytes || !step.here()) continue;
        function.stack = bytes;
        return;
      }
    }
  }
}

}  // namespace tailbound::gen::pass
