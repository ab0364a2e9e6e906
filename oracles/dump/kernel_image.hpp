// A dumped program as an image: the type that our own JIT makes, so that all that reads images reads a
// kernel's.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <vector>

#include "jit/image.hpp"
#include "jit/lower/frame.hpp"
#include "oracles/dump/arch.hpp"
#include "oracles/dump/program_dump.hpp"

namespace tailbound::dump {

/// The program as it was loaded, where that is known: through which functions the count passes is found before
/// a kernel rewrites it.
struct Source {
  const bpf::Bytecode* program = nullptr;
  jit::FrameFinder frames;

  explicit Source(const bpf::Bytecode& loaded) : program(&loaded) { frames.find(loaded); }
};

struct KernelImage {
  /// `translated` is the rewritten program; sites come from the code, their direct indices from the source or
  /// from the instructions; relocations are found once addresses are (locate).
  jit::Image image;
  std::vector<jit::Frame> frames;  // to compile `translated` with; see dead_tail_call
  /// By function: it had tail calls and lost them as dead code. Kernels since 6.13 count it among those that
  /// the count passes through.
  std::vector<std::uint8_t> dead_tail_call;
  std::vector<std::uint64_t> address;  // of each function, in the kernel
  std::vector<std::string> maps;       // names, as loads of addresses count them
  std::vector<std::uint8_t> known;  // by slot: image.address is of this slot, not of the next one that is known
  std::vector<std::uint32_t>
      origin;  // by slot: index in the source plus one; 0: the kernel's own, or not known
};

/// Error: one sentence, what in the dump does not fit together or is not compiled here.
std::expected<KernelImage, std::string> read_image(const ProgramDump& program, const Arch& arch,
                                                   const Source* source = nullptr);

/// Completes the addresses of slots without line information: between known ones they are counted in machine
/// instructions, as our image of the same program has them. Then finds the relocations.
void locate(KernelImage& kernel, const jit::Image& ours, const Arch& arch);

/// A function's bytes.
inline Code code_of(const jit::Image& image, std::size_t function) {
  return Code(image.code).subspan(image.functions[function].offset, image.functions[function].size);
}

}  // namespace tailbound::dump
