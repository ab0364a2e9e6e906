// What the guest's kernel is and what it lacks.
#pragma once

#include <cstdint>
#include <vector>

namespace tailbound::engine::vm::init {

/// Says on the console which options are missing, turns the BPF compiler on where it is off.
void check_kernel();

/// The payload of the hello frame: lines "key value" (release, version, machine, jit, and
/// refuses: why no program can be loaded).
std::vector<std::uint8_t> description();

}  // namespace tailbound::engine::vm::init
