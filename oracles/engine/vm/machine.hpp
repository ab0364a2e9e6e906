// The machines that guests run on, one row an architecture.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace tailbound::engine::vm {

enum class Architecture : std::uint8_t { amd64, arm64 };

struct Machine {
  Architecture architecture;
  std::string_view name;     // as Debian and --engine call it
  std::string_view utsname;  // as uname(2) does
  std::string_view qemu;     // the command
  std::string_view package;  // that has it
  std::string_view board;    // -machine
  /// The CPU model that emulates fastest, and the one that has the most of the architecture (docs/kernels.md
  /// has figures).
  std::string_view fast_cpu;
  std::string_view full_cpu;
  std::string_view console;  // the kernel's name of the first serial port
  std::string_view console_option;
  std::string_view extra;  // kernel parameters that only this machine needs
};

std::span<const Machine> machines();
const Machine& machine_of(Architecture architecture);

}  // namespace tailbound::engine::vm
