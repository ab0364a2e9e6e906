// An engine that cannot run at all, and says why.
#pragma once

#include <memory>
#include <string>

#include "oracles/engine/engine.hpp"

namespace tailbound::engine {

std::unique_ptr<Engine> make_unavailable(Identity identity, std::string reason);

}  // namespace tailbound::engine
