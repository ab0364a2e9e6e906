#include "tests/planted/hand_written.hpp"

#include "jit/x86_64/schemes.hpp"

namespace tailbound::planted {

Step original(std::string_view base, std::string_view place, std::string_view step) {
  const Change change = swap_step(base, place, step, {});
  return (find_scheme(base)->*change.place->steps)[change.at];
}

std::span<const Fault> hand_written() {
  static const std::vector<Fault> faults = [] {
    std::vector<Fault> all;
    for (const auto add : {add_prologue_faults, add_landing_faults, add_call_faults, add_count_faults,
                           add_index_faults, add_refusal_faults, add_leaving_faults, add_arm64_faults}) {
      add(all);
    }
    return all;
  }();
  return faults;
}

}  // namespace tailbound::planted
