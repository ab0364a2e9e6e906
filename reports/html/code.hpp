// The machine code that carries the count, with the scheme's steps named.
#pragma once

#include <string>

#include "reports/finding.hpp"

namespace tailbound::reports::html {

/// Of each program that tail-calls; empty where the finding's engine emits none of ours.
std::string code_tables(const Finding& finding);

}  // namespace tailbound::reports::html
