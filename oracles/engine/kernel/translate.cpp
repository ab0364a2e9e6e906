#include "oracles/engine/kernel/translate.hpp"

#include <linux/bpf.h>

#include <bit>

#include "jit/bpf/decode.hpp"

namespace tailbound::engine::kernel {

namespace {

// Instruction words are little-endian with dst in the low half of the second byte, as on the hosts that we
// load on.
static_assert(std::endian::native == std::endian::little);
static_assert(static_cast<int>(bpf::Imm64Kind::map) == BPF_PSEUDO_MAP_FD);
static_assert(static_cast<int>(bpf::Imm64Kind::map_value) == BPF_PSEUDO_MAP_VALUE);
static_assert(bpf::helper_tail_call == BPF_FUNC_tail_call);
static_assert(static_cast<int>(bpf::Helper::lookup) == BPF_FUNC_map_lookup_elem);
static_assert(static_cast<int>(bpf::Helper::update) == BPF_FUNC_map_update_elem);
static_assert(static_cast<int>(bpf::Helper::time) == BPF_FUNC_ktime_get_ns);
static_assert(static_cast<int>(bpf::Helper::random) == BPF_FUNC_get_prandom_u32);

}  // namespace

void translate(const bpf::Bytecode& program, std::span<const Fd> maps, std::vector<std::uint64_t>& into) {
  into.clear();
  into.reserve(program.insns.size());
  for (std::size_t i = 0; i < program.insns.size(); ++i) {
    bpf::Insn insn = program.insns[i];
    const bool two_slots = is_two_slot(insn);
    if (two_slots && insn.src != 0) insn.imm = maps[static_cast<std::size_t>(insn.imm)].get();
    into.push_back(to_word(insn));
    if (two_slots) into.push_back(to_word(program.insns[++i]));
  }
}

}  // namespace tailbound::engine::kernel
