// The guests' /init, built for each architecture and carried inside this program (cmake/guest_init.cmake).
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "oracles/engine/vm/machine.hpp"

namespace tailbound::engine::vm {

/// A static ELF program. Error: why this build has none, and what to install.
std::expected<std::string_view, std::string> init_program(Architecture architecture);

}  // namespace tailbound::engine::vm
