// One dumped program: read, compiled by ours, and compared.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "oracles/dump/kernel_image.hpp"
#include "oracles/fidelity/compare.hpp"
#include "oracles/fidelity/recognise.hpp"

namespace tailbound::fidelity {

struct Examined {
  dump::KernelImage kernel;
  std::optional<jit::Image> ours;
  std::string not_compiled;  // the instruction that is not, where there is no image of ours
  std::vector<std::optional<Difference>> differences;  // by function, where there is one
};

/// Error: what in the dump does not fit together.
std::expected<Examined, std::string> examine(const dump::ProgramDump& program, const Recognised& recognised,
                                             const dump::Source* source = nullptr);

}  // namespace tailbound::fidelity
