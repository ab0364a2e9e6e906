// libFuzzer's view of a scenario: bytes in, bytes out. Remembers the scenario of the bytes that it gave last, so that
// they are not decoded again.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gen/generate.hpp"
#include "jit/bpf/scenario.hpp"

namespace tailbound::fuzz {

class ScenarioMutator {
 public:
  /// `fresh`: percent of scenarios that are drawn anew. `first`: proposed before all others.
  ScenarioMutator(const gen::Plan& plan, std::uint32_t fresh, std::vector<bpf::Scenario> first = {});

  /// The scenario of any bytes: the codec's, or .graph text. Valid until the next call of anything here.
  const bpf::Scenario& read(std::span<const std::uint8_t> bytes);

  /// Changes the first `size` bytes of `data` in place; what comes out has at most data.size() bytes. Gives their
  /// number. As LLVMFuzzerCustomMutator and LLVMFuzzerCustomCrossOver want it; `random` decides everything.
  std::size_t mutate(std::span<std::uint8_t> data, std::size_t size, std::uint64_t random);
  /// 0, which is "try something else", mostly: libFuzzer crosses as often as it mutates.
  std::size_t cross(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b, std::span<std::uint8_t> out,
                    std::uint64_t random);

 private:
  /// Writes scenario_ as bytes; 0 where they do not fit.
  std::size_t give(std::span<std::uint8_t> out);

  gen::Plan plan_;
  std::uint32_t fresh_;
  std::vector<bpf::Scenario> first_;  // last one next
  bpf::Scenario scenario_;
  std::vector<std::uint8_t> bytes_;  // of scenario_, where `known_`
  bool known_ = false;
};

}  // namespace tailbound::fuzz
