// Bytecode in, image out.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <vector>

#include "jit/bpf/error.hpp"
#include "jit/emit/code_buffer.hpp"
#include "jit/image.hpp"
#include "jit/lower/frame.hpp"
#include "jit/x86_64/emitter.hpp"

namespace tailbound::x86_64 {

/// A jump whose target is another BPF instruction, or the function's epilogue: written long, shortened later.
struct LongJump {
  std::uint32_t offset = 0;       // of the instruction
  std::uint32_t insn = 0;         // that it belongs to (it is that one's last machine instruction)
  std::uint32_t target_insn = 0;  // slot; to_epilogue: of the exit that holds it
  bool to_epilogue = false;
  bool conditional = false;
  Cond cond = Cond::e;
  std::uint8_t size = 5;          // bytes now: 6 or 5 long, 2 short, 0 for a jump to the next instruction
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
  /// With `frames` known from elsewhere, one a function: a kernel finds them before it rewrites the program.
  std::expected<void, bpf::InsnError> compile(const bpf::Bytecode& program, const Scheme& scheme,
                                              const jit::Options& options, std::span<const jit::Frame> frames,
                                              jit::Image& image);
  /// Frames and calls of the program that was compiled last.
  const jit::FrameFinder& found() const { return finder_; }

 private:
  friend class FunctionCompiler;

  jit::CodeBuffer scratch_;
  jit::FrameFinder finder_;
  std::span<const jit::Frame> frames_;  // finder_'s, or given
  std::vector<LongJump> jumps_;
  std::vector<std::uint32_t> address_;  // by slot of the function, and one more; offsets into scratch_
  std::vector<std::uint32_t> moved_;    // the same after relaxation
};

}  // namespace tailbound::x86_64
