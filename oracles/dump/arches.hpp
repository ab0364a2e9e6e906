// The rows of arch.cpp, one a file.
#pragma once

#include "oracles/dump/arch.hpp"

namespace tailbound::dump {

const Arch& arch_x86_64();
const Arch& arch_arm64();

}  // namespace tailbound::dump
