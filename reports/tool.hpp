// Other people's programs as filters: text goes in, bytes come out.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace tailbound::reports {

/// What to run, and what to say where it cannot be.
struct Tool {
  std::vector<std::string> command;  // a program in PATH, and its arguments
  std::string_view purpose;          // "dot, which draws the SVG,"
  std::string_view package;          // of Debian, that has it
};

/// Its standard output. Error: one line: not installed, or the first line that it complained in.
std::expected<std::string, std::string> run_tool(const Tool& tool, std::string_view input);

}  // namespace tailbound::reports
