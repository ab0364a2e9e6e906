#include "oracles/fidelity/tally.hpp"

#include <algorithm>

#include "jit/bpf/text.hpp"

namespace tailbound::fidelity {

namespace {

std::string insn_text(const bpf::Bytecode& program, const Difference& difference) {
  if (difference.in_prologue) return "prologue";
  const bpf::Insn& insn = program.insns[difference.insn];
  if (bpf::is_tail_call(insn)) return "tail call";
  const bool two = bpf::is_two_slot(insn);
  return bpf::to_text(insn, two ? &program.insns[difference.insn + 1] : nullptr);
}

}  // namespace

bool Tally::add(const Examined& examined, std::uint64_t scenario, std::uint16_t program) {
  const jit::Image& image = examined.kernel.image;
  programs += 1;
  functions += image.functions.size();
  sites += image.sites.size();
  slots += examined.kernel.known.size();
  located += static_cast<std::uint64_t>(std::ranges::count(examined.kernel.known, 1));
  for (const jit::ImageSite& site : image.sites) direct_sites += site.direct_index ? 1 : 0;
  bool fresh = false;
  const auto count = [&](const Difference& difference, std::uint64_t number) {
    const auto [place, first] = classes.try_emplace(difference.kind);
    if (first) {
      place->second = {.functions = 0,
                       .scenario = scenario,
                       .program = program,
                       .first = difference,
                       .insn = insn_text(image.translated, difference)};
      fresh = true;
    }
    place->second.functions += number;
  };
  if (!examined.ours) {
    not_compiled += image.functions.size();
    const std::string why = examined.not_compiled.substr(examined.not_compiled.find(": ") + 2);
    Difference refused;
    refused.kind = "not compiled: " + why;
    count(refused, image.functions.size());
    return fresh;
  }
  for (const auto& difference : examined.differences) {
    if (difference) count(*difference, 1);
    else same += 1;
  }
  return fresh;
}

}  // namespace tailbound::fidelity
