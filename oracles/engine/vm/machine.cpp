#include "oracles/engine/vm/machine.hpp"

#include <array>

namespace tailbound::engine::vm {

namespace {

constexpr std::array<Machine, 2> rows = {{
    {Architecture::amd64, "amd64", "qemu-system-x86_64", "qemu-system-x86", "pc", "max", "max", "ttyS0",
     "no_timer_check"},
    {Architecture::arm64, "arm64", "qemu-system-aarch64", "qemu-system-arm", "virt", "cortex-a57", "max",
     "ttyAMA0", ""},
}};

}  // namespace

std::span<const Machine> machines() { return rows; }

const Machine& machine_of(Architecture architecture) { return rows[static_cast<std::size_t>(architecture)]; }

}  // namespace tailbound::engine::vm
