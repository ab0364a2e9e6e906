// A program's machine code, each instruction under the BPF instruction that it belongs to. Where an address
// comes in later, the name of what lies there stands in its place.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "jit/bpf/lowered.hpp"
#include "jit/bpf/scenario.hpp"
#include "jit/image.hpp"

namespace tailbound::reports {

/// One line of it.
struct CodeLine {
  enum class Kind : std::uint8_t {
    program,   // the head
    function,  // a function begins
    bpf,       // BPF instructions become what follows
    machine,   // a machine instruction
  };
  Kind kind = Kind::machine;
  std::uint16_t function = 0;  // in the program
  std::string text;            // of an instruction: its assembler text, names in place of addresses
  std::uint32_t offset = 0;    // machine: from the program's start
  std::string bytes;           // machine: hexadecimal
  std::string notes;           // machine: what else stands here, or empty
};
std::vector<CodeLine> code_lines(const bpf::Scenario& scenario, const bpf::Lowered& lowered,
                                 std::uint16_t program, const jit::Image& image);

enum class Colours : std::uint8_t { off, on };

/// Program number `program` of `scenario`, which `lowered` and then `image` (not linked) were made
/// from, as lines for a terminal.
std::string disassembly(const bpf::Scenario& scenario, const bpf::Lowered& lowered, std::uint16_t program,
                        const jit::Image& image, Colours colours);

}  // namespace tailbound::reports
