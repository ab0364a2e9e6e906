// How far below the frame pointer x27 stands, for the schemes that count from there.
#pragma once

#include <cstdint>

#include "jit/bpf/lowered.hpp"

namespace tailbound::arm64 {

/// Bytes from the lowest plain access at r10, rounded down to 8, up to r10; 0: there is none.
std::uint32_t find_frame_bottom(const bpf::Bytecode& program, const bpf::LoweredFunction& function);

}  // namespace tailbound::arm64
