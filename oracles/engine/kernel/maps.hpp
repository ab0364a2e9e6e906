// The maps of a lowered scenario in the running kernel.
#pragma once

#include <expected>
#include <span>
#include <vector>

#include "jit/bpf/lowered.hpp"
#include "oracles/engine/kernel/fd.hpp"
#include "oracles/engine/kernel/load_error.hpp"

namespace tailbound::engine::kernel {

/// One descriptor a map, in their order; arrays have their initial words, prog_arrays are empty.
std::expected<std::vector<Fd>, LoadError> create_maps(const bpf::Lowered& lowered);

/// Puts the programs into the slots that the prog_arrays start with.
std::expected<void, LoadError> fill_slots(const bpf::Lowered& lowered, std::span<const Fd> maps,
                                          std::span<const Fd> programs);

}  // namespace tailbound::engine::kernel
