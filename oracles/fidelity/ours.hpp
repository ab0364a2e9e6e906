// What our JIT makes of the program that a kernel compiled.
#pragma once

#include <expected>
#include <span>
#include <string_view>

#include "jit/bpf/error.hpp"
#include "oracles/dump/kernel_image.hpp"

namespace tailbound::fidelity {

struct Settings {
  const dump::Arch* arch = nullptr;
  std::string_view scheme;
  jit::Options options;
};

/// Our image of the kernel's translated program. Where an address makes code longer or shorter (arm64), each
/// map has the one that the kernel's code shows for it, and is loaded as a kernel loads that address. Error:
/// the first instruction that is not compiled.
std::expected<jit::Image, bpf::InsnError> compile_ours(const dump::KernelImage& kernel,
                                                       const Settings& settings,
                                                       std::span<const jit::Frame> frames);

}  // namespace tailbound::fidelity
