// The families that schemes() is made of, one a file: scheme_<family>.cpp.
#pragma once

#include <vector>

#include "jit/x86_64/emitter.hpp"

namespace tailbound::x86_64 {

std::vector<Scheme> pointer_family();
std::vector<Scheme> by_value_family();
std::vector<Scheme> call_prologue_family();
std::vector<Scheme> value_and_pointer_family();
std::vector<Scheme> hidden_slot_family();
std::vector<Scheme> back_propagate_family();
std::vector<Scheme> counter_family();

}  // namespace tailbound::x86_64
