#include "oracles/engine/kernel/load_error.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>

namespace tailbound::engine::kernel {

std::string LoadError::text() const {
  const std::string reason = std::error_code(error_number, std::generic_category()).message();
  std::string text = fmt::format("{}: {} ({})", step, reason, error_number);
  if (!log.empty()) text += "\n" + log;
  if (!bytecode.empty()) text += "\n" + bytecode;
  return text;
}

LoadError load_error(std::string step) {
  return {.step = std::move(step), .error_number = errno, .program = {}, .log = {}, .bytecode = {}};
}

}  // namespace tailbound::engine::kernel
