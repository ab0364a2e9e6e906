#include "gen/mutate/mutate.hpp"

#include <algorithm>

#include "jit/bpf/codec.hpp"

namespace tailbound::gen {

void mutate(ByteSource& source, const Budget& budget, bpf::Scenario& scenario) {
  if (source.percent(30)) {
    scenario = generate(source, budget);
    return;
  }
  std::vector<std::uint8_t> bytes = bpf::encode_scenario(scenario);
  for (std::uint32_t i = source.between(1, 4); i > 0; --i) {
    bytes[source.below(static_cast<std::uint32_t>(bytes.size()))] = static_cast<std::uint8_t>(source.bits());
  }
  scenario = bpf::decode_scenario(bytes);
}

bpf::Scenario cross(ByteSource& source, const bpf::Scenario& a, const bpf::Scenario& b) {
  std::vector<std::uint8_t> head = bpf::encode_scenario(a);
  const std::vector<std::uint8_t> tail = bpf::encode_scenario(b);
  const std::size_t cut = source.below(static_cast<std::uint32_t>(std::min(head.size(), tail.size())));
  head.resize(cut);
  head.insert(head.end(), tail.begin() + static_cast<std::ptrdiff_t>(cut), tail.end());
  return bpf::decode_scenario(head);
}

}  // namespace tailbound::gen
