#include "jit/bpf/from_translated.hpp"

#include <algorithm>
#include <string>

#include "jit/bpf/check_bytecode.hpp"
#include "jit/bpf/decode.hpp"

namespace tailbound::bpf {

namespace {

std::unexpected<InsnError> fault(std::uint32_t insn, std::string message) {
  return std::unexpected(InsnError{insn, std::move(message)});
}

class Reader {
 public:
  Reader(std::span<const Insn> insns, std::span<const std::uint32_t> functions,
         std::span<const std::uint32_t> maps)
      : functions_(functions), maps_(maps) {
    code_.insns.assign(insns.begin(), insns.end());
  }

  std::expected<Bytecode, InsnError> read() {
    if (functions_.empty() || functions_[0] != 0) return fault(0, "no function begins here");
    code_.origin.resize(code_.insns.size());
    for (std::uint16_t f = 0; f < functions_.size(); ++f) {
      if (auto done = function(f); !done) return std::unexpected(done.error());
    }
    return std::move(code_);
  }

 private:
  std::expected<void, InsnError> function(std::uint16_t f) {
    const auto size = static_cast<std::uint32_t>(code_.insns.size());
    const std::uint32_t first = functions_[f];
    const std::uint32_t end = f + 1U < functions_.size() ? functions_[f + 1U] : size;
    if (first >= end || end > size) return fault(first, "a function without instructions");
    code_.functions.push_back({.first_insn = first, .end_insn = end, .id = f, .stack_depth = 0});
    for (std::uint32_t i = first; i < end; ++i) {
      code_.origin[i].function = f;
      if (auto done = insn(i, first, end); !done) return done;
      if (!is_two_slot(code_.insns[i])) continue;
      if (++i == end) return fault(i - 1, "a load of two slots ends in another function");
      code_.origin[i].function = f;
    }
    return {};
  }

  std::expected<void, InsnError> insn(std::uint32_t i, std::uint32_t first, std::uint32_t end) {
    Insn& insn = code_.insns[i];
    if (insn.dst > register_count || insn.src > register_count) return fault(i, "a register above r11");
    if (is_local_call(insn)) return local_call(i);
    if (is_tail_call(insn)) add_site(i);
    if (is_two_slot(insn)) return address(i);
    const auto target = jump_target(code_.insns, i);
    if (target && (*target < first || *target >= end)) return fault(i, "a jump out of its function");
    return {};
  }

  std::expected<void, InsnError> local_call(std::uint32_t i) {
    Insn& insn = code_.insns[i];
    const auto callee = static_cast<std::uint32_t>(insn.imm);
    if (callee >= functions_.size()) {
      return fault(i,
                   "a call of function " + std::to_string(callee) + " of " + std::to_string(functions_.size()));
    }
    insn.imm = static_cast<std::int32_t>(functions_[callee] - i - 1);
    insn.off = 0;
    return {};
  }

  void add_site(std::uint32_t i) {
    const auto id = static_cast<std::uint32_t>(code_.sites.size());
    code_.origin[i].site = static_cast<std::int32_t>(id);
    code_.sites.push_back(
        {.insn = i, .id = id, .function = code_.origin[i].function, .map = 0, .direct_index = std::nullopt});
  }

  std::expected<void, InsnError> address(std::uint32_t i) {
    Insn& insn = code_.insns[i];
    if (i + 1 == code_.insns.size()) return fault(i, "half a load of two slots");
    const bool of_map = insn.src == static_cast<std::uint8_t>(Imm64Kind::map) ||
                        insn.src == static_cast<std::uint8_t>(Imm64Kind::map_value);
    if (!of_map) return {};
    const auto found = std::ranges::find(maps_, static_cast<std::uint32_t>(insn.imm));
    if (found == maps_.end()) return fault(i, "map " + std::to_string(insn.imm) + " is not one of the program");
    insn.imm = static_cast<std::int32_t>(found - maps_.begin());
    return {};
  }

  std::span<const std::uint32_t> functions_;
  std::span<const std::uint32_t> maps_;
  Bytecode code_;
};

constexpr std::uint8_t frame_pointer = 10;

/// How far below r10 an access or the start of an address lies; nothing where the instruction has no part in
/// it.
std::optional<std::int32_t> depth_of(const Insn& insn, const Insn* next, bool& followed) {
  const std::uint8_t kind = class_of(insn);
  const bool stores = kind == opcode::st || kind == opcode::stx;
  if (kind == opcode::stx && insn.src == frame_pointer) followed = false;
  if ((stores && insn.dst == frame_pointer) || (kind == opcode::ldx && insn.src == frame_pointer))
    return -insn.off;
  if ((kind != opcode::alu64 && kind != opcode::alu32) || !uses_src_register(insn) || insn.src != frame_pointer)
    return std::nullopt;
  const auto reg = static_cast<Reg>(insn.dst);
  const bool adds = next != nullptr && *next == build::alu(AluOp::add, reg, next->imm);
  if (insn == build::mov(reg, Reg::r10) && adds) return -next->imm;
  followed = false;
  return std::nullopt;
}

}  // namespace

std::optional<std::uint32_t> translated_stack(const Bytecode& program, const LoweredFunction& function) {
  std::int32_t depth = 0;
  bool followed = true;
  for (std::uint32_t i = function.first_insn; i < function.end_insn; ++i) {
    const Insn* const next = i + 1 < function.end_insn ? &program.insns[i + 1] : nullptr;
    depth = std::max(depth, depth_of(program.insns[i], next, followed).value_or(0));
    if (is_two_slot(program.insns[i])) ++i;
  }
  return followed ? std::optional(static_cast<std::uint32_t>(depth)) : std::nullopt;
}

std::expected<Bytecode, InsnError> from_translated(std::span<const Insn> insns,
                                                   std::span<const std::uint32_t> functions,
                                                   std::span<const std::uint32_t> maps) {
  return Reader(insns, functions, maps).read();
}

std::vector<std::uint32_t> translated_functions(std::span<const Insn> insns) {
  std::vector<std::uint32_t> starts = {0};
  for (std::uint32_t i = 0; i < insns.size(); ++i) {
    const bool two_slots = is_two_slot(insns[i]);
    if (is_local_call(insns[i])) starts.push_back(i + 1 + static_cast<std::uint32_t>(insns[i].off));
    if (two_slots) ++i;
  }
  std::ranges::sort(starts);
  const auto repeated = std::ranges::unique(starts);
  starts.erase(repeated.begin(), repeated.end());
  return starts;
}

}  // namespace tailbound::bpf
