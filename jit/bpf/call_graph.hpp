// Which function of a program calls which, in an order that makes every walk over it linear.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "jit/bpf/scenario.hpp"

namespace tailbound::bpf {

/// By function: the subprograms that its body calls, one entry a call, in the order of the text.
using Calls = std::vector<std::vector<std::uint16_t>>;

/// Every call must name a function of the program.
Calls calls_of(const Program& program);

struct CallOrder {
  static constexpr std::uint32_t unreached = 0xffffffff;

  std::vector<std::uint16_t> order;  // the functions that main reaches, callers before callees
  std::vector<std::uint32_t> rank;   // by function: its place in `order`, or unreached

  /// Exactly the calls that close a cycle do not lead forwards.
  bool leads_forwards(std::uint16_t caller, std::uint16_t callee) const { return rank[caller] < rank[callee]; }
};

/// Reverse postorder from main.
CallOrder call_order(const Calls& calls);

/// A function that main reaches and that reaches itself.
std::optional<std::uint16_t> find_recursive(const Calls& calls, const CallOrder& order);

}  // namespace tailbound::bpf
