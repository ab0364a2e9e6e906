// One run of a program as a public conformance suite asks for it: hex in, r0 out.
#pragma once

#include <string>
#include <string_view>

namespace tailbound::fuzz {

struct PluginRequest {
  std::string_view memory;   // hex bytes, spaces allowed; what r1 points to, r2 is its length
  std::string_view program;  // hex, spaces allowed: 8 bytes an instruction, or an ELF file
  bool elf = false;          // the program is an ELF file: its first program is run
  std::string_view engine = "interpreter";
};

struct PluginAnswer {
  int exit_code = 0;  // 0 ran, 1 faulted or did not end, 2 bad input, 3 could not run
  std::string text;   // r0 in hex, or why there is none
};

/// Runs in this process: a wild program on x86_64 may take it down, so the command calls this in a child.
PluginAnswer answer(const PluginRequest& request);

}  // namespace tailbound::fuzz
