// A program's machine code as text, each instruction under the BPF instruction that it belongs to.
#pragma once

#include <cstdint>
#include <string>

#include "jit/bpf/lowered.hpp"
#include "jit/bpf/scenario.hpp"
#include "jit/image.hpp"

namespace tailbound::reports {

enum class Colours : std::uint8_t { off, on };

/// Program number `program` of `scenario`, which `lowered` and then `image` (not linked) were made
/// from. Where an address comes in later, the name of what lies there stands in its place.
std::string disassembly(const bpf::Scenario& scenario, const bpf::Lowered& lowered, std::uint16_t program,
                        const jit::Image& image, Colours colours);

}  // namespace tailbound::reports
