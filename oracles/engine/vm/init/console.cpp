#include "oracles/engine/vm/init/console.hpp"

#include <cstdio>

#include "oracles/engine/vm/guest_words.hpp"

namespace tailbound::engine::vm::init {

void say(const char* format, ...) {
  std::va_list arguments;
  va_start(arguments, format);
  std::fputs(guest_words::prefix, stdout);
  std::vprintf(format, arguments);
  std::fputc('\n', stdout);
  std::fflush(stdout);
  va_end(arguments);
}

}  // namespace tailbound::engine::vm::init
