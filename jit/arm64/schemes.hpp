// The tail-call counting designs that this JIT emits.
#pragma once

#include <span>
#include <string_view>

#include "jit/arm64/emitter.hpp"

namespace tailbound::arm64 {

std::span<const Scheme> schemes();
/// nullptr when there is none of that name.
const Scheme* find_scheme(std::string_view name);

/// Options as the stock kernels of golden.jsonl had them.
jit::Options options_6_1();
jit::Options options_6_12();

}  // namespace tailbound::arm64
