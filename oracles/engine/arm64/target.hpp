// arm64 as a target of the native engine.
#pragma once

#include <memory>

#include "jit/arm64/schemes.hpp"
#include "oracles/engine/native/target.hpp"

namespace tailbound::engine::arm64 {

std::unique_ptr<native::Target> make_target(const tailbound::arm64::Scheme& scheme,
                                            const jit::Options& options);

}  // namespace tailbound::engine::arm64
