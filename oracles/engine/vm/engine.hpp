// A kernel in a guest as an engine.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "oracles/engine/engine.hpp"
#include "oracles/engine/vm/guest_channel.hpp"
#include "oracles/engine/vm/kernel_cache.hpp"

namespace tailbound::engine::vm {

/// `kernel`: what stands after "vm:", which passed check_guest_kernel. Any scenario is run there, whatever it
/// needs of the machine's stack: the guest is there to be lost.
std::unique_ptr<Engine> make_guest_engine(std::string_view kernel, const GuestOptions& options);

/// Downloads the kernel where that is needed and says what it is. Error: why there will be no guest.
std::expected<void, std::string> prepare_guest(std::string_view kernel, const GuestOptions& options,
                                               const Progress& tell);

}  // namespace tailbound::engine::vm
