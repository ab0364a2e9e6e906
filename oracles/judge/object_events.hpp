// Events on an object's variables as engines take them: whole words of whole maps.
#pragma once

#include <expected>
#include <string>

#include "jit/bpf/object/prepare.hpp"
#include "oracles/engine/engine.hpp"

namespace tailbound {

/// Puts the events of `object.names` into `object.lowered`. A variable that fills no word of its own is set in
/// the word that `engine` shows at that moment, which takes a run of the events before. Error: the engine
/// cannot run them.
std::expected<void, std::string> lower_events(bpf::PreparedObject& object, engine::Engine& engine);

}  // namespace tailbound
