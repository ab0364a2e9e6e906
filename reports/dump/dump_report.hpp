// A kernel's image of a program, disassembled under the instructions that the kernel compiled, beside ours.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "oracles/dump/kernel_image.hpp"
#include "oracles/fidelity/compare.hpp"
#include "oracles/fidelity/recognise.hpp"
#include "reports/disassembly.hpp"

namespace tailbound::reports {

struct DumpReport {
  std::string program;
  std::uint32_t id = 0;                // the kernel's; 0: it is gone
  std::vector<std::string> functions;  // names
  dump::KernelImage kernel;
  std::optional<jit::Image> ours;                                // of the same translated instructions
  std::string not_compiled;                                      // why there is none
  std::vector<std::optional<fidelity::Difference>> differences;  // by function, where there is ours
};

/// Whose images they are and what ours are made with.
struct DumpHead {
  std::string kernel;  // release
  std::string machine;
  fidelity::Recognised recognised;
};

/// "kernel 6.18.44, x86_64; ours: scheme pointer-6.18, retpolines,…"
std::string dump_head_text(const DumpHead& head);
std::string dump_text(const DumpReport& report, const DumpHead& head, Colours colours);
/// All programs as one object.
std::string dump_json(const std::vector<DumpReport>& programs, const DumpHead& head);

}  // namespace tailbound::reports
