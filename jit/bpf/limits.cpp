// The limits records, and what one function costs against them.
#include "jit/bpf/limits.hpp"

#include <algorithm>
#include <array>

namespace tailbound::bpf {

namespace {

constexpr std::array<Limits, 2> table = {
    Limits{.name = "linux-6.1"},
    Limits{.name = "linux-6.12", .frame_rounding = 16},
};

/// A lookup's key: 32 bits, aligned as the verifier asks, below the function's own stack, so that it does not
/// overwrite the value that lives in the deepest bytes there.
constexpr std::uint32_t round_up(std::uint32_t bytes, std::uint32_t to) { return (bytes + to - 1) / to * to; }

bool calls(const Statement& statement, Helper helper) {
  const auto* call = std::get_if<HelperCall>(&statement.node);
  return call != nullptr && call->helper == helper;
}

}  // namespace

std::span<const Limits> all_limits() { return table; }

const Limits& default_limits() { return table.front(); }

const Limits* find_limits(std::string_view name) {
  const auto found = std::ranges::find(table, name, &Limits::name);
  return found == table.end() ? nullptr : &*found;
}

std::uint32_t rounded_frame(const Limits& limits, std::uint32_t stack) {
  const std::uint32_t unit = limits.frame_rounding;
  return (std::max(stack, 1U) + unit - 1) / unit * unit;
}

std::uint32_t touched_stack(const Function& function) {
  bool looks_up = false;
  bool updates = false;
  const auto note = [&](const Statement& s) {
    looks_up = looks_up || calls(s, Helper::lookup);
    updates = updates || calls(s, Helper::update);
  };
  visit(function.body, note, [](const Expr&) {});
  // An update takes a key and an aligned value of eight bytes, a lookup a key of four.
  if (updates) return round_up(function.stack, 8) + 16;
  return looks_up ? round_up(function.stack, 4) + 4 : function.stack;
}

}  // namespace tailbound::bpf
