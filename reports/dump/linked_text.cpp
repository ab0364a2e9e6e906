#include "reports/dump/linked_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "jit/bpf/text.hpp"

namespace tailbound::reports {

namespace {

using jit::Relocation;

std::string map_name(const dump::KernelImage& kernel, std::int32_t map) {
  const auto index = static_cast<std::size_t>(map);
  return index < kernel.maps.size() ? kernel.maps[index] : fmt::format("map {}", map);
}

std::string destination(const DumpReport& report, const Relocation& r) {
  switch (r.kind) {
    case Relocation::Kind::function: return report.functions[r.target];
    case Relocation::Kind::helper: return "a helper";
    case Relocation::Kind::thunk: return "a thunk";
    case Relocation::Kind::return_thunk: return "the return thunk";
    case Relocation::Kind::map: return "map " + map_name(report.kernel, static_cast<std::int32_t>(r.target));
    case Relocation::Kind::map_value:
      return fmt::format("value of {} + {}", map_name(report.kernel, static_cast<std::int32_t>(r.target)),
                         r.addend);
    case Relocation::Kind::per_cpu: return fmt::format("per-CPU data + {}", r.addend);
  }
  return "?";
}

}  // namespace

std::string insn_text(const dump::KernelImage& kernel, const bpf::Insn& insn, const bpf::Insn* second) {
  if (second != nullptr && insn.src == static_cast<std::uint8_t>(bpf::Imm64Kind::map))
    return fmt::format("r{} = map {}", insn.dst, map_name(kernel, insn.imm));
  if (second != nullptr && insn.src == static_cast<std::uint8_t>(bpf::Imm64Kind::map_value))
    return fmt::format("r{} = value of {} + {}", insn.dst, map_name(kernel, insn.imm), second->imm);
  if (bpf::is_tail_call(insn)) return "tail call";
  if (bpf::is_helper_call(insn)) return fmt::format("call helper at {:+#x}", insn.imm);
  return bpf::to_text(insn, second);
}

std::string linked_text(const DumpReport& report, const jit::Image& image,
                        std::span<const std::uint64_t> addresses, std::size_t function,
                        const disasm::MachineInsn& insn) {
  const jit::ImageFunction& f = image.functions[function];
  const auto with = [&](const std::string& operand) {
    return insn.text.substr(0, insn.text.rfind(' ') + 1) + operand;
  };
  const auto owned = std::ranges::find_if(image.relocations, [&](const Relocation& r) {
    return r.offset >= insn.address && r.offset - insn.address < insn.size;
  });
  if (owned != image.relocations.end()) return with(destination(report, *owned));
  if (!insn.target) return insn.text;
  const bool inside = *insn.target >= f.offset && *insn.target <= std::uint64_t{f.offset} + f.size;
  if (inside) return with(fmt::format("+{:#x}", *insn.target - f.offset));
  if (addresses.empty()) return insn.text;
  return with(fmt::format("{:#x}", addresses[function] + *insn.target - f.offset));
}

}  // namespace tailbound::reports
