// Which scheme and options a kernel compiles with, found from what it made of one program.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "jit/bpf/lowered.hpp"
#include "jit/lower/options.hpp"
#include "oracles/dump/arch.hpp"
#include "oracles/dump/program_dump.hpp"

namespace tailbound::fidelity {

/// A program that shows every choice: both kinds of tail call in main and in a subprogram, calls, a frame with saved
/// registers, shifts by a register, constants of each width and jumps around the limit of short ones. It is only loaded.
bpf::Lowered probe();

struct Recognised {
  const dump::Arch* arch = nullptr;
  std::string_view scheme;
  jit::Options options;
  std::uint32_t same = 0;       // functions of the probe that agree
  std::uint32_t functions = 0;
};

/// The scheme and options under which most of the probe's functions agree, of those that the code can come from.
/// Error: why there is none.
std::expected<Recognised, std::string> recognise(const dump::ScenarioDump& probed);

}  // namespace tailbound::fidelity
