// Puts instructions before, behind and in the place of others, and leads jumps and calls to where their targets
// went.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <span>
#include <vector>

#include "jit/bpf/error.hpp"
#include "jit/bpf/insn.hpp"
#include "jit/bpf/object/object.hpp"

namespace tailbound::bpf::object {

/// Jumps and calls lead to the code before an instruction, but for the code at a function's entry: a call runs
/// it, a jump back to the function's first instruction does not. Code behind an instruction runs only when that
/// was.
class Rewrite {
 public:
  explicit Rewrite(const ObjectProgram& program) : program_(program) {}

  void at_entry(std::uint32_t insn, std::span<const Insn> code) { put(entry_, insn, code); }
  void before(std::uint32_t insn, std::span<const Insn> code) { put(before_, insn, code); }
  void behind(std::uint32_t insn, std::span<const Insn> code) { put(behind_, insn, code); }
  void instead(std::uint32_t insn, std::span<const Insn> code) { put(instead_, insn, code); }

  struct Result {
    ObjectProgram program;
    std::vector<std::uint32_t> moved;  // where each old slot went
  };
  /// Error: the place (an old slot) of a jump that leads nowhere or has become too long.
  std::expected<Result, InsnError> apply() const;

 private:
  using Code = std::map<std::uint32_t, std::vector<Insn>>;
  static void put(Code& place, std::uint32_t insn, std::span<const Insn> code) {
    place[insn].insert(place[insn].end(), code.begin(), code.end());
  }
  static std::span<const Insn> code_at(const Code& place, std::uint32_t insn) {
    const auto found = place.find(insn);
    return found == place.end() ? std::span<const Insn>() : std::span<const Insn>(found->second);
  }
  std::expected<void, InsnError> aim(Result& result, std::span<const std::uint32_t> called,
                                     std::span<const std::uint32_t> jumped, std::uint32_t old) const;

  const ObjectProgram& program_;
  Code entry_, before_, behind_, instead_;
};

}  // namespace tailbound::bpf::object
