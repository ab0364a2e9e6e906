// What a guest boots into: init, its console, and the modules that its kernel does not have built in.
#pragma once

#include <expected>
#include <filesystem>
#include <string>

#include "oracles/engine/vm/machine.hpp"

namespace tailbound::engine::vm {

/// `modules`: folder with *.ko in the order of their names; empty: none. Error: one line.
std::expected<std::string, std::string> make_initramfs(Architecture architecture,
                                                       const std::filesystem::path& modules);

}  // namespace tailbound::engine::vm
