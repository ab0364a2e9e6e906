#include "fuzz/driver/scenario_mutator.hpp"

#include <algorithm>

#include "gen/mutate/mutate.hpp"
#include "jit/bpf/codec.hpp"

namespace tailbound::fuzz {

namespace {
/// In percent of the times that libFuzzer asks, which is every second time.
constexpr std::uint32_t crossings = 10;
}  // namespace

ScenarioMutator::ScenarioMutator(const gen::Budget& budget, std::uint32_t fresh, std::vector<bpf::Scenario> first)
    : budget_(budget), fresh_(fresh), first_(std::move(first)), scenario_(bpf::decode_scenario({})),
      bytes_(bpf::encode_scenario(scenario_)) {
  std::ranges::reverse(first_);
}

const bpf::Scenario& ScenarioMutator::read(std::span<const std::uint8_t> bytes) {
  if (!std::ranges::equal(bytes, bytes_)) {
    scenario_ = bpf::decode_scenario(bytes);
    bytes_.assign(bytes.begin(), bytes.end());
  }
  return scenario_;
}

std::size_t ScenarioMutator::give(bpf::Scenario scenario, std::span<std::uint8_t> out) {
  std::vector<std::uint8_t> bytes = bpf::encode_scenario(scenario);
  if (bytes.size() > out.size()) return 0;
  std::ranges::copy(bytes, out.begin());
  scenario_ = std::move(scenario);
  bytes_ = std::move(bytes);
  return bytes_.size();
}

std::size_t ScenarioMutator::mutate(std::span<std::uint8_t> data, std::size_t size, std::uint64_t random) {
  gen::ByteSource source(random);
  bpf::Scenario scenario;
  if (!first_.empty()) {
    scenario = std::move(first_.back());
    first_.pop_back();
  } else if (source.percent(fresh_)) {
    scenario = gen::generate(source, budget_);
  } else {
    scenario = read(data.first(size));
    gen::mutate(source, budget_, scenario);
  }
  const std::size_t given = give(std::move(scenario), data);
  return given != 0 ? given : size;
}

std::size_t ScenarioMutator::cross(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b,
                                   std::span<std::uint8_t> out, std::uint64_t random) {
  gen::ByteSource source(random);
  if (!first_.empty() || !source.percent(crossings)) return 0;
  const bpf::Scenario other = bpf::decode_scenario(b);
  return give(gen::cross(source, read(a), other), out);
}

}  // namespace tailbound::fuzz
