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
constexpr std::uint32_t key_bytes = 4;
constexpr std::uint32_t with_key(std::uint32_t stack) {
  return (stack + key_bytes - 1) / key_bytes * key_bytes + key_bytes;
}

bool is_lookup(const Statement& statement) {
  const auto* call = std::get_if<HelperCall>(&statement.node);
  return call != nullptr && call->helper == Helper::lookup;
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
  visit(function.body, [&](const Statement& s) { looks_up = looks_up || is_lookup(s); }, [](const Expr&) {});
  return looks_up ? with_key(function.stack) : function.stack;
}

}  // namespace tailbound::bpf
