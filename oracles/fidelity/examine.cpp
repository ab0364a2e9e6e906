#include "oracles/fidelity/examine.hpp"

#include <fmt/format.h>

namespace tailbound::fidelity {

namespace {

/// The kernel shows a program of several functions as it was before its constants were blinded, and what they
/// were blinded with stands in the code alone. Of one function it shows the blinded program.
std::expected<void, std::string> blind(dump::KernelImage& kernel, const dump::Arch& arch) {
  const bpf::Bytecode& translated = kernel.image.translated;
  const disasm::Disassembler reader(arch.code);
  std::vector<bpf::BlindPair> pairs;
  for (std::size_t f = 0; f < translated.functions.size(); ++f) {
    const std::uint32_t wanted = bpf::blinded_constants(translated, translated.functions[f]);
    if (wanted == 0) continue;
    const dump::Code code = dump::code_of(kernel.image, f);
    const auto found = arch.blind_pairs(code, reader.decode_all(code, 0, disasm::Detail::flow));
    if (found.size() != wanted) {
      return std::unexpected(
          fmt::format("function {} has {} constants, its code blinds {}", f, wanted, found.size()));
    }
    pairs.insert(pairs.end(), found.begin(), found.end());
  }
  kernel.image.translated = bpf::blind(translated, pairs);
  // Line information is of the program before.
  kernel.known.assign(kernel.image.translated.insns.size(), 0);
  return {};
}

}  // namespace

std::expected<Examined, std::string> examine(const dump::ProgramDump& program, const Recognised& recognised,
                                             const dump::Source* source) {
  const dump::Arch& arch = *recognised.arch;
  auto kernel = dump::read_image(program, arch, source);
  if (!kernel) return std::unexpected(kernel.error());
  Examined out{.kernel = std::move(*kernel), .ours = {}, .not_compiled = {}, .differences = {}};
  out.kernel.frames = frames_of(out.kernel, recognised.dead_tail_calls);
  if (recognised.hardened) {
    if (auto done = blind(out.kernel, arch); !done) return std::unexpected(done.error());
  }
  auto ours = compile_ours(out.kernel, recognised, out.kernel.frames);
  if (!ours) {
    out.not_compiled = ours.error().text();
    return out;
  }
  if (!recognised.hardened)
    dump::locate(out.kernel, *ours, arch);  // line information does not survive blinding
  out.differences = compare(out.kernel, *ours, arch);
  out.ours = std::move(*ours);
  return out;
}

}  // namespace tailbound::fidelity
