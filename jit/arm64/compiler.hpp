// Bytecode in, image out.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <vector>

#include "jit/arm64/emitter.hpp"
#include "jit/bpf/error.hpp"
#include "jit/emit/code_buffer.hpp"
#include "jit/image.hpp"
#include "jit/lower/frame.hpp"
#include "jit/placement.hpp"

namespace tailbound::arm64 {

/// A branch whose target is another BPF instruction, or the function's epilogue.
struct OpenBranch {
  std::uint32_t offset = 0;
  std::uint32_t insn = 0;         // that it belongs to
  std::uint32_t target_slot = 0;  // of the function; its end is the epilogue
  bool conditional = false;       // 19 bits for the distance, else 26
};

/// Keeps its buffers, so a warm compiler allocates nothing.
class Compiler {
 public:
  /// `program` passed bpf::validate (or came from bpf::lower). Errors: the first instruction that this JIT does
  /// not compile, by name.
  std::expected<void, bpf::InsnError> compile(const bpf::Bytecode& program, const Scheme& scheme,
                                              const jit::Options& options, jit::Image& image) {
    return compile(program, scheme, options, {}, image);
  }
  /// With `frames` known from elsewhere, one a function: a kernel finds them before it rewrites the program. An
  /// address in `known` is loaded by the moves that it takes, others by those of Options::address_blocks.
  std::expected<void, bpf::InsnError> compile(const bpf::Bytecode& program, const Scheme& scheme,
                                              const jit::Options& options, std::span<const jit::Frame> frames,
                                              jit::Image& image, jit::KnownMaps known = {});
  /// Frames and calls of the program that was compiled last.
  const jit::FrameFinder& found() const { return finder_; }

 private:
  friend class FunctionCompiler;

  jit::CodeBuffer scratch_;
  jit::FrameFinder finder_;
  std::span<const jit::Frame> frames_;  // finder_'s, or given
  jit::KnownMaps known_;
  std::vector<OpenBranch> branches_;
  std::vector<std::uint32_t> address_;  // by slot of the function, and one more; offsets into scratch_
};

}  // namespace tailbound::arm64
