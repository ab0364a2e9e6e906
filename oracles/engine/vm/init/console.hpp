// What the guest says where nothing else works: lines on the kernel's console, which the host reads.
#pragma once

#include <cstdarg>

namespace tailbound::engine::vm::init {

/// printf to the console, with the prefix that the host looks for (guest_words.hpp).
[[gnu::format(printf, 1, 2)]] void say(const char* format, ...);

}  // namespace tailbound::engine::vm::init
