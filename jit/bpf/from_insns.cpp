#include "jit/bpf/from_insns.hpp"

#include <algorithm>
#include <string>

#include "jit/bpf/check_bytecode.hpp"
#include "jit/bpf/decode.hpp"
#include "jit/bpf/limits.hpp"

namespace tailbound::bpf {

namespace {

constexpr std::uint8_t frame_pointer = 10;

struct Access {
  std::int32_t off;
  std::int32_t bytes;
};

/// What this instruction touches through r10.
std::optional<Access> frame_access(const Insn& insn) {
  const std::uint8_t kind = class_of(insn);
  const bool stores = kind == opcode::st || kind == opcode::stx;
  if (!(stores && insn.dst == frame_pointer) && !(kind == opcode::ldx && insn.src == frame_pointer)) {
    return std::nullopt;
  }
  return Access{insn.off, static_cast<std::int32_t>(width_of(insn))};
}

/// Whether r10 gets into another register or into memory. A comparison with it copies nothing.
bool copies_frame_pointer(const Insn& insn) {
  if (insn.src != frame_pointer) return false;
  const std::uint8_t kind = class_of(insn);
  return kind == opcode::alu32 || kind == opcode::alu64 || kind == opcode::stx;
}

class Builder {
 public:
  Builder(std::span<const Insn> insns, std::span<const LoweredMap> maps) : insns_(insns), maps_(maps) {}

  std::expected<Bytecode, InsnError> build() {
    const auto starts = find_functions(insns_);
    if (!starts) return std::unexpected(starts.error());
    code_.insns.assign(insns_.begin(), insns_.end());
    code_.origin.resize(insns_.size());
    find_jump_targets();
    for (std::size_t f = 0; f < starts->size(); ++f) {
      const auto end = f + 1 < starts->size() ? (*starts)[f + 1] : static_cast<std::uint32_t>(insns_.size());
      if (auto done = add_function((*starts)[f], end); !done) return std::unexpected(done.error());
    }
    if (auto sound = check_bytecode(code_, maps_); !sound) return std::unexpected(sound.error());
    return std::move(code_);
  }

 private:
  void find_jump_targets() {
    jumped_to_.assign(insns_.size(), false);
    for (std::uint32_t i = 0; i < insns_.size(); ++i) {
      if (const auto target = jump_target(insns_, i)) jumped_to_[*target] = true;
    }
  }

  std::expected<void, InsnError> add_function(std::uint32_t first, std::uint32_t end) {
    const auto index = static_cast<std::uint16_t>(code_.functions.size());
    std::int32_t depth = 0;
    for (std::uint32_t i = first; i < end; ++i) {
      code_.origin[i].function = index;
      if (is_tail_call(insns_[i])) add_site(i, index, first);
      if (copies_frame_pointer(insns_[i])) depth = max_stack;
      const auto access = frame_access(insns_[i]);
      if (!access) continue;
      if (access->off < -std::int32_t{max_stack} || access->off + access->bytes > 0) {
        return std::unexpected(InsnError{i, "touches " + std::to_string(access->bytes) + " bytes at r10" +
                                                (access->off < 0 ? "" : "+") + std::to_string(access->off) +
                                                ", expected them in the 512 below r10"});
      }
      depth = std::max(depth, -std::int32_t{access->off});
    }
    code_.functions.push_back(
        {.first_insn = first, .end_insn = end, .id = index, .stack_depth = static_cast<std::uint16_t>(depth)});
    return {};
  }

  void add_site(std::uint32_t at, std::uint16_t function, std::uint32_t first) {
    const auto map = prog_array_before(at, first);
    const auto id = static_cast<std::uint32_t>(code_.sites.size());
    code_.origin[at].site = static_cast<std::int32_t>(id);
    // The map of an indirect site is for the reader; where r2 comes from further away it says 0.
    code_.sites.push_back({.insn = at,
                           .id = id,
                           .function = function,
                           .map = map.value_or(0),
                           .direct_index = map ? constant_before(at, *map) : std::nullopt});
  }

  /// The map that r2 holds at the call: loaded before it with nothing but arithmetic on other registers
  /// between, where no jump leads.
  std::optional<std::uint16_t> prog_array_before(std::uint32_t at, std::uint32_t first) const {
    std::uint32_t next = at;
    while (next > first && !jumped_to_[next] && class_of(insns_[next - 1]) == opcode::alu64 &&
           insns_[next - 1].dst != 2) {
      --next;
    }
    if (next < first + 2 || jumped_to_[next]) return std::nullopt;
    const Insn& load = insns_[next - 2];
    if (!is_two_slot(load) || load.dst != 2 || load.src != static_cast<std::uint8_t>(Imm64Kind::map)) {
      return std::nullopt;
    }
    const auto map = static_cast<std::uint32_t>(load.imm);
    if (map >= maps_.size() || maps_[map].kind != LoweredMap::Kind::prog_array) return std::nullopt;
    return static_cast<std::uint16_t>(map);
  }

  /// The load of the map stands before the call, so there is an instruction before it and no jump leads to it.
  std::optional<std::uint32_t> constant_before(std::uint32_t at, std::uint16_t map) const {
    const Insn& before = insns_[at - 1];
    if (before != build::mov(Reg::r3, before.imm) || before.imm < 0) return std::nullopt;
    const auto index = static_cast<std::uint32_t>(before.imm);
    return index < maps_[map].max_entries ? std::optional(index) : std::nullopt;
  }

  std::span<const Insn> insns_;
  std::span<const LoweredMap> maps_;
  Bytecode code_;
  std::vector<bool> jumped_to_;
};

}  // namespace

std::expected<Bytecode, InsnError> from_insns(std::span<const Insn> insns, std::span<const LoweredMap> maps) {
  if (insns.size() > max_insns) {
    return std::unexpected(InsnError{max_insns, "the program has " + std::to_string(insns.size()) +
                                                    " slots, expected at most " + std::to_string(max_insns)});
  }
  if (auto valid = validate(insns); !valid) return std::unexpected(valid.error());
  return Builder(insns, maps).build();
}

}  // namespace tailbound::bpf
