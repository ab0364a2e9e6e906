// What reading a kernel's images back needs to know of an architecture: one row each.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "jit/bpf/blind.hpp"
#include "jit/bpf/error.hpp"
#include "jit/image.hpp"
#include "jit/lower/frame.hpp"
#include "jit/lower/options.hpp"
#include "jit/placement.hpp"
#include "oracles/disasm/disasm.hpp"
#include "oracles/dump/field.hpp"

namespace tailbound::dump {

using Code = std::span<const std::uint8_t>;

/// What a function's first bytes say. Offsets from the function's start.
struct Prologue {
  std::uint32_t size = 0;     // where the first instruction's code begins
  std::uint32_t landing = 0;  // where a tail call enters
  std::uint32_t stack = 0;    // bytes of BPF stack, rounded
  bool reaches_tail_call = false;
};

/// A tail-call site in code. Offsets from the function's start.
struct FoundSite {
  std::uint32_t out = 0;
  bool direct = false;
  bool filled = false;  // of a direct one
  std::uint32_t bypass = 0;
  std::uint32_t target = 0;
};

struct Arch {
  std::string_view machine;  // uname's
  disasm::Arch code;
  /// Nothing: no prologue that we know.
  std::optional<Prologue> (*prologue)(Code function);
  /// In the order of their addresses. `insns` are the function's, addresses from its start.
  std::vector<FoundSite> (*sites)(Code function, std::span<const disasm::MachineInsn> insns);
  /// The schemes that kernels have had, newest first.
  std::span<const std::string_view> schemes;
  /// The options that the code of the probe's functions (probe.hpp) can come from. Error: what is in it that we
  /// do not emit.
  std::expected<std::vector<jit::Options>, std::string> (*options)(std::span<const Code> functions);
  /// The field that holds what the instruction at `at`, of `size` bytes, calls; nothing: it is no call.
  std::optional<Field> (*call)(Code function, std::uint32_t at, std::uint32_t size);
  /// The field that holds the 64-bit constant that the instruction at `at` loads, or begins to load.
  std::optional<Field> (*constant)(Code function, std::uint32_t at, std::uint32_t size);
  /// Compiles by the named scheme; error: the first instruction that is not compiled. Addresses in `known`
  /// decide how long the code is, where the architecture has it so.
  std::expected<void, bpf::InsnError> (*compile)(const bpf::Bytecode& program, std::string_view scheme,
                                                 const jit::Options& options,
                                                 std::span<const jit::Frame> frames, jit::KnownMaps known,
                                                 jit::Image& image);
  /// Writes a direct site's patches into a copy of our code, in the state and with the target that `theirs`,
  /// the kernel's bytes of the same function, show. nullptr: there are no direct sites.
  void (*patch)(const jit::Image& ours, const jit::ImageSite& site, bool filled, Code theirs,
                std::span<std::uint8_t> code);
  /// The pairs that constants are built from in blinded code, in order.
  std::vector<bpf::BlindPair> (*blind_pairs)(Code function, std::span<const disasm::MachineInsn> insns);
};

/// nullptr: images of this machine cannot be read.
const Arch* find_arch(std::string_view machine);

}  // namespace tailbound::dump
