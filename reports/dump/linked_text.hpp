// Instructions as text, with the names of what their fields lead to.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "oracles/disasm/disasm.hpp"
#include "reports/dump/dump_report.hpp"

namespace tailbound::reports {

/// A BPF instruction of the translated program; maps by name.
std::string insn_text(const dump::KernelImage& kernel, const bpf::Insn& insn, const bpf::Insn* second);

/// A machine instruction of either image; where a field is one of its relocations, the name stands in its
/// place. Branches inside the function lead to offsets from its start. `addresses` of the functions: the
/// kernel's; empty for ours, which is not linked.
std::string linked_text(const DumpReport& report, const jit::Image& image,
                        std::span<const std::uint64_t> addresses, std::size_t function,
                        const disasm::MachineInsn& insn);

}  // namespace tailbound::reports
