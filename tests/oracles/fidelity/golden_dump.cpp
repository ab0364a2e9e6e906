#include "tests/oracles/fidelity/golden_dump.hpp"

#include "jit/lower/frame.hpp"

namespace tailbound::test {

std::vector<bpf::Insn> as_shown(const bpf::Bytecode& program) {
  std::vector<bpf::Insn> out = program.insns;
  for (std::size_t i = 0; i < out.size(); ++i) {
    bpf::Insn& insn = out[i];
    if (!bpf::is_local_call(insn)) continue;
    const auto callee = static_cast<std::uint32_t>(static_cast<std::int64_t>(i) + 1 + insn.imm);
    insn.off = static_cast<std::int16_t>(insn.imm);
    insn.imm = jit::function_at(program, callee);
  }
  return out;
}

dump::ProgramDump dump_of(const GoldenRow& row, bool filled) {
  dump::ProgramDump out;
  out.name = row.program;
  out.translated = as_shown(row.bytecode);
  const auto& functions = filled ? row.slot0_filled : row.slots_empty;
  for (std::uint32_t f = 0; f < functions.size(); ++f) {
    out.code.insert(out.code.end(), functions[f].bytes.begin(), functions[f].bytes.end());
    out.functions.push_back({.address = functions[f].address,
                             .size = static_cast<std::uint32_t>(functions[f].bytes.size()),
                             .first_insn = row.bytecode.functions[f].first_insn,
                             .source = f});
  }
  out.maps = {{0, "array"}, {1, "slots"}};  // loads of addresses count maps from 0, as ids here
  return out;
}

}  // namespace tailbound::test
