#include "jit/bpf/object/rewrite.hpp"

#include <limits>

#include "jit/bpf/check_bytecode.hpp"

namespace tailbound::bpf::object {

std::expected<Rewrite::Result, InsnError> Rewrite::apply() const {
  const auto size = static_cast<std::uint32_t>(program_.insns.size());
  Result result;
  ObjectProgram& out = result.program;
  out.name = program_.name;
  std::vector<std::uint32_t> called, jumped;
  const auto here = [&] { return static_cast<std::uint32_t>(out.insns.size()); };
  for (std::uint32_t i = 0; i < size; ++i) {
    const auto add = [&](std::span<const Insn> code) {
      out.insns.insert(out.insns.end(), code.begin(), code.end());
      out.places.resize(out.insns.size(), program_.places[i]);
    };
    called.push_back(here());
    add(code_at(entry_, i));
    jumped.push_back(here());
    add(code_at(before_, i));
    result.moved.push_back(here());
    const auto other = instead_.find(i);
    if (other != instead_.end()) add(other->second);
    else add({&program_.insns[i], 1});
    add(code_at(behind_, i));
  }
  for (const ObjectFunction& function : program_.functions) {
    out.functions.push_back({function.name, called[function.first_insn]});
  }
  for (std::uint32_t i = 0; i < size; ++i) {
    if (instead_.contains(i)) continue;
    if (auto done = aim(result, called, jumped, i); !done) return std::unexpected(done.error());
    if (is_two_slot(program_.insns[i])) ++i;
  }
  return result;
}

/// The distance of the jump or call that stood at `old`.
std::expected<void, InsnError> Rewrite::aim(Result& result, std::span<const std::uint32_t> called,
                                            std::span<const std::uint32_t> jumped, std::uint32_t old) const {
  const std::uint32_t at = result.moved[old];
  Insn& insn = result.program.insns[at];
  const bool call = is_local_call(insn);
  const auto jump = jump_target(program_.insns, old);
  if (!call && !jump) return {};
  const std::uint32_t target = call ? old + 1 + static_cast<std::uint32_t>(insn.imm) : *jump;
  if (target >= jumped.size()) return std::unexpected(InsnError{old, "leads out of the program"});
  const std::int64_t distance = std::int64_t{(call ? called : jumped)[target]} - at - 1;
  if (call || insn.opcode == opcode::ja32) {
    insn.imm = static_cast<std::int32_t>(distance);
    return {};
  }
  using Near = std::numeric_limits<std::int16_t>;
  if (distance < Near::min() || distance > Near::max()) {
    return std::unexpected(InsnError{old, "the jump leads too far once the ledger's code stands between"});
  }
  insn.off = static_cast<std::int16_t>(distance);
  return {};
}

}  // namespace tailbound::bpf::object
