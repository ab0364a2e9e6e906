// The first finding of a seed, reduced: what `tailbound fuzz --driver seed --seed N` would print.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "fuzz/campaign/reduction.hpp"

namespace tailbound::bench {

struct FirstFinding {
  fuzz::Reduction reduced;
  std::string signature;
  double seconds = 0;  // of the reduction
};

class FirstFindings {
 public:
  /// `wild`: a process for each candidate. `sampled`: the sampled oracles judge every scenario of the search.
  FirstFindings(fuzz::MakeEngines engines, bool wild, bool sampled);

  /// Nothing where none of `scenarios` breaks, or what broke did not when it was judged again.
  std::optional<FirstFinding> of_seed(std::uint64_t seed, std::uint64_t scenarios);

 private:
  fuzz::MakeEngines engines_;
  bool wild_;
  fuzz::Jury search_;
};

}  // namespace tailbound::bench
