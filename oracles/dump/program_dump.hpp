// A loaded program as a kernel shows it (struct bpf_prog_info), whatever kernel it was and however it was
// asked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "jit/bpf/insn.hpp"

namespace tailbound::dump {

/// Marks a row of line information that was written by us: the line is the instruction's index before the
/// kernel rewrote the program, plus one.
struct LineRow {
  std::uint32_t insn = 0;  // of the translated program
  std::uint32_t line = 0;
  std::uint64_t address = 0;  // of its code; of a function's first instruction: the function's own
};

struct DumpedFunction {
  std::uint64_t address = 0;
  std::uint32_t size = 0;        // bytes
  std::uint32_t first_insn = 0;  // of the translated program
  /// Which function of the program as it was loaded; nothing where nobody kept account.
  std::optional<std::uint32_t> source = std::nullopt;
};

struct MapName {
  std::uint32_t id = 0;
  std::string name;
};

struct ProgramDump {
  std::string name;
  std::uint32_t id = 0;
  std::vector<std::uint8_t> code;  // of all functions, one behind the other
  std::vector<DumpedFunction> functions;
  std::vector<bpf::Insn> translated;
  std::vector<LineRow> lines;  // ascending; empty where the program was loaded without
  std::vector<MapName> maps;   // ids as loads of addresses in `translated` name them
};

/// All programs of a scenario, in its order, and who showed them.
struct ScenarioDump {
  std::string kernel;   // uname's release
  std::string machine;  // uname's
  std::vector<ProgramDump> programs;
};

}  // namespace tailbound::dump
