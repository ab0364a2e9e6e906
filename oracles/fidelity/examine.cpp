#include "oracles/fidelity/examine.hpp"

namespace tailbound::fidelity {

std::expected<Examined, std::string> examine(const dump::ProgramDump& program, const Recognised& recognised,
                                             const dump::Source* source) {
  const dump::Arch& arch = *recognised.arch;
  auto kernel = dump::read_image(program, arch, source);
  if (!kernel) return std::unexpected(kernel.error());
  Examined out{.kernel = std::move(*kernel), .ours = {}, .not_compiled = {}, .differences = {}};
  out.kernel.frames = frames_of(out.kernel, recognised.dead_tail_calls);
  jit::Image ours;
  const auto compiled =
      arch.compile(out.kernel.image.translated, recognised.scheme, recognised.options, out.kernel.frames, ours);
  if (!compiled) {
    out.not_compiled = compiled.error().text();
    return out;
  }
  dump::locate(out.kernel, ours, arch);
  out.differences = compare(out.kernel, ours, arch);
  out.ours = std::move(ours);
  return out;
}

}  // namespace tailbound::fidelity
