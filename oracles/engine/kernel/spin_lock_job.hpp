// A tail call while a bpf_spin_lock is held.
#pragma once

#include "oracles/engine/kernel/job.hpp"

namespace tailbound::engine::kernel {

Request spin_lock_request();

}  // namespace tailbound::engine::kernel
