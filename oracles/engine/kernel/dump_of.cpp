#include "oracles/engine/kernel/dump_of.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "jit/bpf/decode.hpp"
#include "jit/bpf/from_translated.hpp"
#include "oracles/engine/kernel/btf.hpp"

namespace tailbound::engine::kernel {

namespace {

/// A program's list of maps is in the order in which its instructions first name them.
std::vector<std::uint16_t> maps_in_order(const bpf::Bytecode& program) {
  std::vector<std::uint16_t> order;
  for (const bpf::Insn& insn : program.insns) {
    if (!bpf::is_two_slot(insn) || insn.src == 0) continue;
    const auto map = static_cast<std::uint16_t>(insn.imm);
    if (std::ranges::find(order, map) == order.end()) order.push_back(map);
  }
  return order;
}

}  // namespace

std::expected<dump::ProgramDump, std::string> dump_of(const JobImage& image) {
  const bool hidden = image.ksyms.empty() || image.ksyms[0] == 0 || image.jited.empty() || image.xlated.empty();
  if (hidden) {
    return std::unexpected(
        "the kernel shows no image: the program is not compiled, or this user may not see it "
        "(CAP_SYS_ADMIN, kernel.kptr_restrict, kernel.perf_event_paranoid)");
  }
  dump::ProgramDump out;
  out.code = image.jited;
  for (const std::uint64_t word : image.xlated) out.translated.push_back(bpf::from_word(word));
  const std::vector<std::uint32_t> called = bpf::translated_functions(out.translated);
  for (std::size_t f = 0; f < std::min(image.ksyms.size(), image.func_lengths.size()); ++f) {
    const std::uint32_t first = f < image.functions.size() ? image.functions[f].insn
                                : f < called.size()        ? called[f]
                                                           : 0;
    out.functions.push_back(
        {.address = image.ksyms[f], .size = image.func_lengths[f], .first_insn = first, .source = {}});
  }
  for (std::size_t i = 0; i < std::min(image.lines.size(), image.line_addresses.size()); ++i) {
    out.lines.push_back({image.lines[i].insn, image.lines[i].line_col + 1, image.line_addresses[i]});
  }
  for (const std::uint32_t id : image.map_ids) out.maps.push_back({id, fmt::format("map {}", id)});
  return out;
}

std::expected<dump::ProgramDump, std::string> dump_of(const JobImage& image, const bpf::Lowered& lowered,
                                                      std::uint16_t program) {
  auto out = dump_of(image);
  if (!out) return out;
  out->name = fmt::format("p{}", program);
  for (std::size_t f = 0; f < std::min(out->functions.size(), image.functions.size()); ++f) {
    out->functions[f].source = image.functions[f].type_id - function_btf().first_function;
  }
  const std::vector<std::uint16_t> order = maps_in_order(lowered.programs[program]);
  for (std::size_t m = 0; m < std::min(order.size(), out->maps.size()); ++m) {
    out->maps[m].name = lowered.maps[order[m]].name;
  }
  return out;
}

}  // namespace tailbound::engine::kernel
