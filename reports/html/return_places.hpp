// Where a function's calls return to, in its machine code.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "jit/bpf/lowered.hpp"
#include "jit/bpf/scenario.hpp"
#include "jit/schemes.hpp"

namespace tailbound::reports::html {

class ReturnPlaces {
 public:
  ReturnPlaces(const bpf::Lowered& lowered, const jit::SchemeView& scheme);

  /// Bytes from the function's start to behind its call number `call` (from 1), as calls stand in the code.
  std::optional<std::uint32_t> behind_call(bpf::FunctionRef function, std::uint32_t call) const;

  /// Whether the n-th call that a frame makes is the n-th in the code: no branch holds one.
  static bool knows_order(const bpf::Scenario& scenario, bpf::FunctionRef function);

 private:
  std::vector<std::vector<std::vector<std::uint32_t>>> places_;  // by program, function, call
};

}  // namespace tailbound::reports::html
