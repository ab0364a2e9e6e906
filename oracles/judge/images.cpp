#include "oracles/judge/images.hpp"

#include <fmt/format.h>

#include "oracles/check/determinism.hpp"
#include "oracles/check/entry_pads.hpp"
#include "oracles/engine/image_source.hpp"

namespace tailbound {

Verdict ImageChecks::check(const engine::Engine& engine, const bpf::Lowered& lowered) {
  const auto* const source = dynamic_cast<const engine::ImageSource*>(&engine);
  if (source == nullptr) return {};
  if (!encoding_) encoding_.emplace();
  const bool ibt = engine.identity().options.find("ibt") != std::string::npos;
  const auto images = source->images();
  for (std::size_t p = 0; p < images.size(); ++p) {
    ++checked_;
    Verdict verdict = (*encoding_)(images[p]);
    if (!verdict.broken()) verdict = check::entry_pads(images[p], ibt);
    if (!verdict.broken()) verdict = check::same_image(images[p], source->compile_afresh(lowered.programs[p]));
    if (!verdict.broken()) continue;
    verdict.detail = fmt::format("program {}: {}", p, verdict.detail);
    return verdict;
  }
  return {};
}

}  // namespace tailbound
