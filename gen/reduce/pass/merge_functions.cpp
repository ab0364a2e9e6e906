#include "gen/reduce/pass/all.hpp"
#include "gen/reduce/places.hpp"

namespace tailbound::gen::pass {

using namespace bpf;

void merge_functions(Step& step) {
  for (Program& program : step.s.programs) {
    const auto count = static_cast<std::uint16_t>(program.functions.size());
    for (std::uint16_t gone = 1; gone < count; ++gone) {
      for (std::uint16_t to = 1; to < count; ++to) {
        if (to == gone || !step.here()) continue;
        for (Function& function : program.functions) {
          repairing::each_call(function.body, [&](Operand& operand, CallValue call) {
            if (call.function == gone) operand = CallValue{to};
          });
        }
        return;
      }
    }
  }
}

}  // namespace tailbound::gen::pass
