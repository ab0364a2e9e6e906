// One planted fault against the oracles, scenario by scenario.
#pragma once

#include <cstdint>
#include <memory>

#include "jit/bpf/scenario.hpp"
#include "oracles/judge/judge.hpp"
#include "tests/planted/fault.hpp"

namespace tailbound::planted {

/// The engines and checks of `tailbound fuzz`, with the faulty scheme in the place of the sound one. Wild code
/// may kill the process.
class Trial {
 public:
  explicit Trial(const Fault& fault);

  /// `images`: the machine code is checked too.
  Verdict judge(const bpf::Scenario& scenario, bool images);

  struct Comparison {
    bool reached = false;    // the code differs from the sound scheme's where the run came
    bool triggered = false;  // the raw observations differ
  };
  /// One more run under the faulty scheme with one under the sound scheme.
  Comparison compare(const bpf::Scenario& scenario);

 private:
  AnyScheme faulty_;
  AnyScheme sound_scheme_;
  Judge judge_;
  std::unique_ptr<engine::Engine> again_;  // the faulty scheme
  std::unique_ptr<engine::Engine> sound_;
  bpf::Lowered lowered_;
};

/// The n-th scenario of a campaign's seed, as `tailbound fuzz` makes it.
bpf::Scenario scenario(std::uint64_t seed, std::uint64_t n);
/// Whether `tailbound fuzz` would check the images of the n-th one.
constexpr bool checks_images(std::uint64_t n) { return n % 64 == 0; }

}  // namespace tailbound::planted
