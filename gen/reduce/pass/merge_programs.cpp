#include "gen/mutate/references.hpp"
#include "gen/reduce/pass/all.hpp"
#include "gen/reduce/places.hpp"
#include "jit/bpf/references.hpp"

namespace tailbound::gen::pass {

using namespace bpf;

namespace {

/// Functions of the program that goes are, where one asks how often they were entered, the other's main.
struct Rename : OtherReferences {
  std::uint16_t from;
  std::uint16_t to;

  void program(std::uint16_t& p) const {
    if (p == from) p = to;
  }
  void function(FunctionRef& f) const {
    if (f.program == from) f = {to, 0};
  }
};

}  // namespace

void merge_programs(Step& step) {
  const auto count = static_cast<std::uint16_t>(step.s.programs.size());
  for (std::uint16_t gone = 0; gone < count; ++gone) {
    for (std::uint16_t to = 0; to < count; ++to) {
      if (to == gone || !step.here()) continue;
      each_reference(step.s, Rename{{}, gone, to});
      return erase_program(step.s, gone);
    }
  }
}

}  // namespace tailbound::gen::pass
