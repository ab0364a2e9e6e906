// Calls in the order of the text, and the depth-first order over them.
#include "jit/bpf/call_graph.hpp"

#include <algorithm>

namespace tailbound::bpf {

namespace {

/// Recursion is as deep as a program has functions: at most a few hundred.
void walk(const Calls& calls, std::uint16_t function, std::vector<bool>& seen,
          std::vector<std::uint16_t>& postorder) {
  seen[function] = true;
  for (const std::uint16_t callee : calls[function]) {
    if (!seen[callee]) walk(calls, callee, seen, postorder);
  }
  postorder.push_back(function);
}

}  // namespace

Calls calls_of(const Program& program) {
  Calls calls(program.functions.size());
  for (std::size_t i = 0; i < calls.size(); ++i) {
    visit(program.functions[i].body, [](const Statement&) {},
          [&](const Expr& expr) {
            if (const auto* call = std::get_if<CallValue>(&expr.first)) calls[i].push_back(call->function);
          });
  }
  return calls;
}

CallOrder call_order(const Calls& calls) {
  CallOrder result{{}, std::vector<std::uint32_t>(calls.size(), CallOrder::unreached)};
  std::vector<bool> seen(calls.size(), false);
  walk(calls, 0, seen, result.order);
  std::ranges::reverse(result.order);
  for (std::uint32_t place = 0; place < result.order.size(); ++place) result.rank[result.order[place]] = place;
  return result;
}

std::optional<std::uint16_t> find_recursive(const Calls& calls, const CallOrder& order) {
  for (const std::uint16_t caller : order.order) {
    for (const std::uint16_t callee : calls[caller]) {
      if (!order.leads_forwards(caller, callee)) return callee;
    }
  }
  return std::nullopt;
}

}  // namespace tailbound::bpf
