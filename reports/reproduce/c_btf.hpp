// Type information as C: what the verifier asks for before a subprogram may tail-call.
#pragma once

#include <string>

#include "jit/bpf/lowered.hpp"
#include "jit/bpf/scenario.hpp"

namespace tailbound::reports {

/// `btf`, a constant with words and names: an int, a void pointer, `int (void *ctx)`, and a static function for
/// each of the scenario.
std::string btf_constant(const bpf::Scenario& scenario);

/// BTF id of the function with that id in `btf_constant`.
std::uint32_t btf_id(std::uint32_t function_id);

}  // namespace tailbound::reports
