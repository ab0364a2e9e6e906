#include "oracles/features/features.hpp"

#include <algorithm>
#include <bit>

namespace tailbound::features {

void count(const bpf::Scenario& scenario, const Judge&, const Judgement& judgement,
           std::span<volatile std::uint8_t, counters> into) {
  const Forecast& seen = judgement.forecast;
  const std::uint64_t amounts[] = {seen.tail_calls, seen.out_of_range, seen.at_limit, seen.empty, scenario.programs.size()};
  std::size_t place = 0;
  for (const std::uint64_t amount : amounts) {
    // One counter for every power of two.
    const auto row = static_cast<std::size_t>(std::bit_width(amount));
    into[place + std::min<std::size_t>(row, 31)] = 1;
    place += 32;
  }
}

}  // namespace tailbound::features
