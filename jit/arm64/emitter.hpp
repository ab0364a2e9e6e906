// What the steps of a scheme work on: the function being emitted, its frame, and the tail-call site if in one.
#pragma once

#include <cstdint>

#include "jit/arm64/assembler.hpp"
#include "jit/image.hpp"
#include "jit/lower/scheme.hpp"

namespace tailbound::arm64 {

/// A tail-call site under way. Steps jump to `out` when the call is refused.
struct SiteUnderWay {
  ShortLabel out;
  std::uint32_t landing = 0;  // what a tail call adds to the callee's start
};

struct Emitter {
  /// How bodies are compiled, apart from the steps.
  struct Lowering {
    enum class Stack : std::uint8_t { from_bottom, from_sp };
    Stack stack = Stack::from_sp;  // what accesses to the BPF stack count from: x27, or sp
    bool direct_calls = true;      // subprograms by bl, else by their address
  };

  // For SchemeView.
  static constexpr jit::Arch arch = jit::Arch::arm64;
  static constexpr std::string_view frame_register = "x29";
  static constexpr std::uint32_t helper_call_bytes = 0;  // the return address is in x30
  static std::uint32_t stack_bytes(const jit::Frame& frame);
  static auto saved_bytes(Lowering lowering) -> std::uint32_t (*)(const jit::Frame&);

  Assembler a;
  const jit::Options& options;
  jit::Image& image;
  jit::Frame frame;
  std::uint16_t function = 0;
  SiteUnderWay site;
  jit::Frame callee = {};        // of the subprogram call under way
  std::uint32_t bottom = 0;      // bytes from x27 up to the frame pointer; 0: not used
  std::uint32_t data_bytes = 0;  // at the end: no instructions

  /// What was emitted at `offset` depends on where things lie.
  void relocate(jit::Relocation::Kind kind, jit::Relocation::Form form, std::uint32_t offset,
                std::uint32_t target, std::int32_t addend = 0) {
    image.relocations.push_back({.kind = kind,
                                 .form = form,
                                 .function = function,
                                 .offset = offset,
                                 .target = target,
                                 .addend = addend});
  }
  void move(X dst, X src) { a.add(dst, src, Imm12(0)); }
  /// Used callee-saved registers in pairs, r6 … r9 and the frame pointer; an odd one pairs with zr.
  void push_used();
  void pop_used();
};

using Step = jit::Step<Emitter>;
using Scheme = jit::Scheme<Emitter>;

constexpr Step named(std::string_view name, void (*emit)(Emitter&)) { return {name, emit}; }

}  // namespace tailbound::arm64
