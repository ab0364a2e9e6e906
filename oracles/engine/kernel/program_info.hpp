// What the kernel tells of a loaded program (BPF_OBJ_GET_INFO_BY_FD).
#pragma once

#include <cstdint>

#include "oracles/engine/kernel/job.hpp"

namespace tailbound::engine::kernel {

// False: errno says why.
bool read_verified_insns(int program, std::uint32_t& into);
/// Needs CAP_SYS_ADMIN, and kernel.kptr_restrict and kernel.perf_event_paranoid low enough for addresses: else
/// the lists are there but hold zeros.
bool read_image(int program, JobImage& into);

}  // namespace tailbound::engine::kernel
