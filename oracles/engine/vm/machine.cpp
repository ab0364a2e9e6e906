#include "oracles/engine/vm/machine.hpp"

#include <array>

namespace tailbound::engine::vm {

namespace {

constexpr std::array<Machine, 2> rows = {{
    {.architecture = Architecture::amd64,
     .name = "amd64",
     .utsname = "x86_64",
     .qemu = "qemu-system-x86_64",
     .package = "qemu-system-x86",
     .board = "pc",
     .fast_cpu = "max",
     .full_cpu = "max",
     .console = "ttyS0",
     .console_option = "CONFIG_SERIAL_8250_CONSOLE=y",
     .extra = "no_timer_check pti=off"},
    {.architecture = Architecture::arm64,
     .name = "arm64",
     .utsname = "aarch64",
     .qemu = "qemu-system-aarch64",
     .package = "qemu-system-arm",
     .board = "virt",
     .fast_cpu = "cortex-a57",
     .full_cpu = "max",
     .console = "ttyAMA0",
     .console_option = "CONFIG_SERIAL_AMBA_PL011_CONSOLE=y",
     .extra = "kpti=off"},
}};

}  // namespace

std::span<const Machine> machines() { return rows; }

const Machine& machine_of(Architecture architecture) { return rows[static_cast<std::size_t>(architecture)]; }

}  // namespace tailbound::engine::vm
