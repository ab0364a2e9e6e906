// Debian's order of versions (deb-version(7)).
#pragma once

#include <compare>
#include <string_view>

namespace tailbound::engine::vm {

/// "6.1.9-1" before "6.1.192-1", "6.12.1-1~deb12u1" before "6.12.1-1".
std::strong_ordering compare_versions(std::string_view left, std::string_view right);

}  // namespace tailbound::engine::vm
