#include "oracles/fidelity/recognise.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "oracles/fidelity/compare.hpp"

namespace tailbound::fidelity {

namespace {

std::uint32_t same_functions(const dump::KernelImage& kernel, const Recognised& as) {
  const auto ours = compile_ours(kernel, as, frames_of(kernel, as.dead_tail_calls));
  if (!ours) return 0;
  const auto differences = compare(kernel, *ours, *as.arch);
  return static_cast<std::uint32_t>(
      std::ranges::count_if(differences, [](const auto& difference) { return !difference; }));
}

/// All that the probe's code can come from.
std::vector<Recognised> candidates(const dump::Arch& arch, std::span<const jit::Options> choices) {
  std::vector<Recognised> all;
  for (const std::string_view scheme : arch.schemes) {
    for (const jit::Options& options : choices) {
      for (const bool dead : {true, false}) {
        all.push_back({{.arch = &arch, .scheme = scheme, .options = options}, dead});
      }
    }
  }
  return all;
}

}  // namespace

std::vector<jit::Frame> frames_of(const dump::KernelImage& kernel, bool dead_tail_calls) {
  std::vector<jit::Frame> frames = kernel.frames;
  for (std::size_t f = 0; f < frames.size(); ++f) {
    if (dead_tail_calls && kernel.dead_tail_call[f] != 0) frames[f].reaches_tail_call = true;
  }
  return frames;
}

std::expected<Recognised, std::string> recognise(const dump::ScenarioDump& probed) {
  const dump::Arch* const arch = dump::find_arch(probed.machine);
  if (arch == nullptr) return std::unexpected(fmt::format("images of {} cannot be read", probed.machine));
  const bpf::Lowered lowered = probe();
  const dump::Source source(lowered.programs[0]);
  const auto kernel = dump::read_image(probed.programs.at(0), *arch, &source);
  if (!kernel) return std::unexpected("the probe's image: " + kernel.error());
  std::vector<dump::Code> functions;
  for (std::size_t f = 0; f < kernel->image.functions.size(); ++f) {
    functions.push_back(dump::code_of(kernel->image, f));
  }
  const auto choices = arch->options(functions);
  if (!choices) return std::unexpected("the probe's image: " + choices.error());
  Recognised best;
  for (Recognised& candidate : candidates(*arch, *choices)) {
    candidate.same = same_functions(*kernel, candidate);
    candidate.functions = static_cast<std::uint32_t>(functions.size());
    if (best.arch == nullptr || candidate.same > best.same) best = candidate;
  }
  return best;
}

}  // namespace tailbound::fidelity
