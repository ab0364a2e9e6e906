// x86-64 as a target of the native engine.
#pragma once

#include <memory>

#include "jit/x86_64/schemes.hpp"
#include "oracles/engine/native/target.hpp"

namespace tailbound::engine::x86_64 {

std::unique_ptr<native::Target> make_target(const tailbound::x86_64::Scheme& scheme,
                                            const jit::Options& options);

}  // namespace tailbound::engine::x86_64
