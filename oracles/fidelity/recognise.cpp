#include "oracles/fidelity/recognise.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "oracles/dump/kernel_image.hpp"
#include "oracles/fidelity/compare.hpp"

namespace tailbound::fidelity {

namespace {

std::uint32_t same_functions(const dump::KernelImage& kernel, const dump::Arch& arch, std::string_view scheme,
                             const jit::Options& options) {
  jit::Image ours;
  if (!arch.compile(kernel.image.translated, scheme, options, kernel.frames, ours)) return 0;
  const auto differences = compare(kernel, ours, arch);
  return static_cast<std::uint32_t>(
      std::ranges::count_if(differences, [](const auto& difference) { return !difference; }));
}

}  // namespace

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
  Recognised best{.arch = arch,
                  .scheme = {},
                  .options = {},
                  .same = 0,
                  .functions = static_cast<std::uint32_t>(functions.size())};
  for (const std::string_view scheme : arch->schemes) {
    for (const jit::Options& options : *choices) {
      const std::uint32_t same = same_functions(*kernel, *arch, scheme, options);
      if (!best.scheme.empty() && same <= best.same) continue;
      best.scheme = scheme, best.options = options, best.same = same;
    }
  }
  return best;
}

}  // namespace tailbound::fidelity
