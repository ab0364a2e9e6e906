#include "fuzz/cli/colours.hpp"

#include <unistd.h>

#include <cstdlib>

namespace tailbound::fuzz::cli {

reports::Colours colours() {
  const char* const refused = std::getenv("NO_COLOR");
  const bool on = isatty(STDOUT_FILENO) != 0 && (refused == nullptr || *refused == '\0');
  return on ? reports::Colours::on : reports::Colours::off;
}

}  // namespace tailbound::fuzz::cli
