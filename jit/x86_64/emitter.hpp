// What the steps of a scheme work on: the function being emitted, its frame, and the tail-call site if in one.
#pragma once

#include <cstdint>
#include <optional>

#include "jit/image.hpp"
#include "jit/lower/scheme.hpp"
#include "jit/x86_64/assembler.hpp"

namespace tailbound::x86_64 {

/// A tail-call site under way. Steps set the patch places and jump to `out` when the call is refused.
struct SiteUnderWay {
  ShortLabel out;
  std::uint32_t bypass = 0;
  std::uint32_t target = 0;
  std::uint32_t bypass_field = 0;  // rel32 of the bypass jump while it leads to `out`; 0: none
  std::uint32_t landing = 0;       // what a tail call adds to the callee's start
};

struct Emitter {
  struct Lowering {};
  // For SchemeView.
  static constexpr jit::Arch arch = jit::Arch::x86_64;
  static constexpr std::string_view frame_register = "rbp";
  static constexpr std::uint32_t helper_call_bytes = 8;  // the return address
  static std::uint32_t stack_bytes(const jit::Frame& frame) { return frame.rounded_stack(); }
  static auto saved_bytes(Lowering) -> std::uint32_t (*)(const jit::Frame&) {
    return [](const jit::Frame& frame) { return 8 * frame.saved_count(); };
  }

  Assembler a;
  const jit::Options& options;
  jit::Image& image;
  jit::Frame frame;
  std::uint16_t function = 0;
  SiteUnderWay site;
  jit::Frame callee = {};  // of the subprogram call under way

  /// The field at `offset` (already emitted) depends on where things lie.
  void relocate(jit::Relocation::Kind kind, std::uint32_t offset, std::uint32_t target) {
    image.relocations.push_back({.kind = kind, .function = function, .offset = offset, .target = target});
  }
  /// The same of an absolute one.
  void relocate64(jit::Relocation::Kind kind, std::uint32_t offset, std::uint32_t target, std::int32_t addend) {
    image.relocations.push_back({.kind = kind,
                                 .form = jit::Relocation::Form::abs64,
                                 .function = function,
                                 .offset = offset,
                                 .target = target,
                                 .addend = addend});
  }
  /// Jumps to `reg`, through a thunk where retpolines are on.
  void jump_indirect(R64 reg);
  void push_saved();
  void pop_saved();
};

using Step = jit::Step<Emitter>;
using Scheme = jit::Scheme<Emitter>;

constexpr Step named(std::string_view name, void (*emit)(Emitter&)) { return {name, emit}; }

}  // namespace tailbound::x86_64
