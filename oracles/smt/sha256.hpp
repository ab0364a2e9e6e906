#pragma once

#include <string>
#include <string_view>

namespace tailbound::smt {

/// 64 hexadecimal digits.
std::string sha256(std::string_view text);

}  // namespace tailbound::smt
