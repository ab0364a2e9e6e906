#include "fuzz/driver/scenario_mutator.hpp"

#include <algorithm>

#include "gen/mutate/mutate.hpp"
#include "jit/bpf/codec.hpp"
#include "jit/bpf/graph.hpp"

namespace tailbound::fuzz {

namespace {
/// In percent of the times that libFuzzer asks, which is every second time.
constexpr std::uint32_t crossings = 10;

bool is_space(std::uint8_t byte) { return byte == ' ' || byte == '\n' || byte == '\t'; }

/// Seeds given to libFuzzer by hand are text. What the codec writes is not: it hardly ever has only printable bytes.
/// Blank text, which libFuzzer begins with, stands for no bytes.
bpf::Scenario scenario_of(std::span<const std::uint8_t> bytes) {
  if (std::ranges::all_of(bytes, is_space)) return bpf::decode_scenario({});
  if (std::ranges::all_of(bytes, [](std::uint8_t byte) { return (byte > ' ' && byte <= '~') || is_space(byte); })) {
    auto scenario = bpf::parse_graph({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    if (scenario) return std::move(*scenario);
  }
  return bpf::decode_scenario(bytes);
}

}  // namespace

ScenarioMutator::ScenarioMutator(const gen::Plan& plan, std::uint32_t fresh, std::vector<bpf::Scenario> first)
    : plan_(plan), fresh_(fresh), first_(std::move(first)) {
  std::ranges::reverse(first_);
}

const bpf::Scenario& ScenarioMutator::read(std::span<const std::uint8_t> bytes) {
  if (!known_ || !std::ranges::equal(bytes, bytes_)) {
    scenario_ = scenario_of(bytes);
    bytes_.assign(bytes.begin(), bytes.end());
    known_ = true;
  }
  return scenario_;
}

std::size_t ScenarioMutator::give(std::span<std::uint8_t> out) {
  bytes_ = bpf::encode_scenario(scenario_);
  known_ = bytes_.size() <= out.size();
  if (!known_) return 0;
  std::ranges::copy(bytes_, out.begin());
  return bytes_.size();
}

std::size_t ScenarioMutator::mutate(std::span<std::uint8_t> data, std::size_t size, std::uint64_t random) {
  gen::ByteSource source(random);
  if (!first_.empty()) {
    scenario_ = std::move(first_.back());
    first_.pop_back();
  } else if (source.percent(fresh_)) {
    scenario_ = gen::generate(source, plan_);
  } else {
    read(data.first(size));
    gen::mutate(source, plan_.budget, scenario_);
  }
  const std::size_t given = give(data);
  return given != 0 ? given : size;
}

std::size_t ScenarioMutator::cross(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b,
                                   std::span<std::uint8_t> out, std::uint64_t random) {
  gen::ByteSource source(random);
  if (!first_.empty() || !source.percent(crossings)) return 0;
  const bpf::Scenario other = scenario_of(b);
  scenario_ = gen::cross(source, read(a), other);
  return give(out);
}

}  // namespace tailbound::fuzz
