// Passes: what makes a scenario smaller, one idea a file (pass/). A pass knows all steps that it could take
// from a scenario and takes the one that it is asked for; whether the result is kept is not its business.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "jit/bpf/scenario.hpp"

namespace tailbound::gen {

/// Goes past all steps of a pass, in their order, up to the one that is wanted.
class Step {
 public:
  Step(bpf::Scenario& scenario, std::size_t wanted) : s(scenario), wanted_(wanted) {}
  /// True where the wanted step is; the pass changes `s` there and is done.
  bool here() { return asked_++ == wanted_; }
  std::size_t asked() const { return asked_; }

  bpf::Scenario& s;

 private:
  std::size_t wanted_;
  std::size_t asked_ = 0;
};

struct Pass {
  std::string_view name;
  std::string_view summary;  // one sentence
  void (*run)(Step&);
};

/// All, the boldest first.
std::span<const Pass> passes();

/// The n-th step of the pass: a valid scenario with canonical names. Nothing where the step changes nothing;
/// where there is no such step, `end` is set.
std::optional<bpf::Scenario> take_step(const Pass& pass, const bpf::Scenario& from, std::size_t n, bool& end);

}  // namespace tailbound::gen
