// What is kept of a guest that ended.
#pragma once

#include <expected>
#include <filesystem>
#include <string>

#include "oracles/engine/vm/guest.hpp"

namespace tailbound::engine::vm {

/// How it ended, its console and QEMU's own words, in a new file of $XDG_STATE_HOME/tailbound/guests. Error:
/// one line.
std::expected<std::filesystem::path, std::string> write_guest_log(const std::string& kernel,
                                                                  const GuestEnd& end);

}  // namespace tailbound::engine::vm
