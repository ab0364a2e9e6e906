// Which scheme and options a kernel compiles with, found from what it made of one program.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "jit/bpf/lowered.hpp"
#include "jit/lower/options.hpp"
#include "oracles/dump/arch.hpp"
#include "oracles/dump/kernel_image.hpp"
#include "oracles/dump/program_dump.hpp"
#include "oracles/fidelity/ours.hpp"

namespace tailbound::fidelity {

/// A program that shows every choice: both kinds of tail call in main and in a subprogram, one that is dead
/// code, calls, a frame with saved registers, shifts by a register, an atomic addition, constants of each width
/// and jumps around the limit of short ones. It is only loaded.
bpf::Lowered probe();

struct Recognised : Settings {
  bool dead_tail_calls =
      false;               // a function whose tail calls are dead code passes the count through all the same
  bool hardened = false;  // constants are blinded and no tail call is direct: set by who hardened the kernel
  std::uint32_t same = 0;  // functions of the probe that agree
  std::uint32_t functions = 0;
};

/// Frames of a dumped program as that kernel has them.
std::vector<jit::Frame> frames_of(const dump::KernelImage& kernel, bool dead_tail_calls);

/// The scheme and options under which most of the probe's functions agree, of those that the code can come
/// from. Error: why there is none.
std::expected<Recognised, std::string> recognise(const dump::ScenarioDump& probed);

}  // namespace tailbound::fidelity
