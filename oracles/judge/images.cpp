#include "oracles/judge/images.hpp"

#include <fmt/format.h>

#include "oracles/check/determinism.hpp"
#include "oracles/check/entry_pads.hpp"
#include "oracles/engine/image_source.hpp"

namespace tailbound {

namespace {

const engine::ImageSource* source_of(const engine::Engine& engine) {
  return dynamic_cast<const engine::ImageSource*>(&engine);
}

Verdict of_program(std::size_t program, Verdict verdict) {
  verdict.detail = fmt::format("program {}: {}", program, verdict.detail);
  return verdict;
}

}  // namespace

bool ImageChecks::shows(const engine::Engine& engine) { return source_of(engine) != nullptr; }

Verdict ImageChecks::encoding(const engine::Engine& engine) {
  if (!encoding_) encoding_.emplace();
  const auto images = source_of(engine)->images();
  for (std::size_t p = 0; p < images.size(); ++p) {
    ++checked_;
    if (const Verdict verdict = (*encoding_)(images[p]); verdict.broken()) return of_program(p, verdict);
    const Verdict pads = check::entry_pads(images[p], engine.identity().options);
    if (pads.broken()) return of_program(p, pads);
  }
  return {};
}

Verdict ImageChecks::determinism(const engine::Engine& engine, const bpf::Lowered& lowered) {
  const engine::ImageSource& source = *source_of(engine);
  const auto images = source.images();
  for (std::size_t p = 0; p < images.size(); ++p) {
    const Verdict verdict = check::same_image(images[p], source.compile_afresh(lowered.programs[p]));
    if (verdict.broken()) return of_program(p, verdict);
  }
  return {};
}

}  // namespace tailbound
