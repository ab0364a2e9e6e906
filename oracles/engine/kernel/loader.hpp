// Loads lowered scenarios into the running kernel by bpf(2). Loading verifies and compiles; nothing is run,
// attached or pinned, and all of it goes when the descriptors close.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <vector>

#include "jit/bpf/lowered.hpp"
#include "oracles/engine/kernel/btf.hpp"
#include "oracles/engine/kernel/fd.hpp"
#include "oracles/engine/kernel/load_error.hpp"

namespace tailbound::engine::kernel {

/// In the order of the Lowered they came from.
struct LoadedScenario {
  std::vector<Fd> maps;
  std::vector<Fd> programs;
};

/// Whether the prog_arrays start empty (and the scenario cannot tail-call yet) or as the scenario says.
enum class Slots : std::uint8_t { empty, filled };

class Loader {
 public:
  /// The error says why this machine or this user may load nothing.
  static std::expected<Loader, std::string> open();

  /// Scenarios with attachments are refused with EOPNOTSUPP: a probe's type is its target's business.
  std::expected<LoadedScenario, LoadError> load(const bpf::Lowered& lowered, Slots slots);

 private:
  explicit Loader(FunctionBtf btf) : btf_(std::move(btf)) {}
  std::expected<Fd, LoadError> load_program(const bpf::Lowered& lowered, std::uint16_t program,
                                            std::span<const Fd> maps);

  FunctionBtf btf_;
  std::vector<std::uint64_t> insns_;
  std::vector<FuncInfo> func_info_;
};

/// How many instructions the verifier looked at before it accepted a program; nothing before Linux 5.16.
std::expected<std::uint32_t, LoadError> verified_insns(const Fd& program);

}  // namespace tailbound::engine::kernel
