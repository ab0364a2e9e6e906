// Where code of an arch runs on this machine.
#pragma once

#include <cstdint>
#include <string_view>

#include "oracles/engine/native/engine.hpp"

namespace tailbound::engine::native {

/// "arm64" or "x86_64": this process, where the machine is one; else a runner.
Place place_of(std::string_view arch);
/// A runner in any case.
Place emulated_place_of(std::string_view arch);

}  // namespace tailbound::engine::native
