#include "tests/planted/trial.hpp"

#include <chrono>

#include "gen/generate.hpp"
#include "oracles/engine/arm64/engine.hpp"
#include "oracles/engine/image_source.hpp"
#include "oracles/engine/x86_64/engine.hpp"
#include "tests/planted/reach.hpp"

namespace tailbound::planted {

namespace {

constexpr std::chrono::milliseconds time_limit{100};

struct MakeEngine {
  const jit::Options& options;
  std::unique_ptr<engine::Engine> operator()(const x86_64::Scheme& scheme) const {
    return engine::make_x86_64({.scheme = &scheme, .options = options, .time_limit = time_limit});
  }
  std::unique_ptr<engine::Engine> operator()(const arm64::Scheme& scheme) const {
    return engine::make_arm64({.scheme = &scheme, .options = options, .time_limit = time_limit});
  }
};

/// `scheme` outlives it.
std::unique_ptr<engine::Engine> jit_engine(const AnyScheme& scheme, const jit::Options& options) {
  return std::visit(MakeEngine{options}, scheme);
}

std::vector<std::unique_ptr<engine::Engine>> engines(const AnyScheme& scheme, const jit::Options& options) {
  std::vector<std::unique_ptr<engine::Engine>> both;
  both.push_back(engine::make_interpreter(*identity_of(scheme).profile));
  both.push_back(jit_engine(scheme, options));
  return both;
}

std::span<const jit::Image> images(const engine::Engine& engine) {
  return dynamic_cast<const engine::ImageSource&>(engine).images();
}

}  // namespace

Trial::Trial(const Fault& fault)
    : faulty_(fault.make()),
      sound_scheme_(fault.sound()),
      judge_(engines(faulty_, fault.options)),
      again_(jit_engine(faulty_, fault.options)),
      sound_(jit_engine(sound_scheme_, fault.options)) {}

Verdict Trial::judge(const bpf::Scenario& scenario, bool images) {
  judge_.sampled(images);
  return judge_.judge(scenario).verdict;
}

Trial::Comparison Trial::compare(const bpf::Scenario& scenario) {
  bpf::lower(scenario, lowered_);
  const Observation& want = sound_->run_one(lowered_);
  // The judge's own engine may have run variants of the scenario last.
  const Observation& got = again_->run_one(lowered_);
  const Difference where = difference(lowered_, images(*sound_), images(*again_));
  const bool came_there = !where.empty() && (reached(where, got) || reached(where, want));
  return {.reached = came_there, .triggered = !same_raw(want, got)};
}

bpf::Scenario scenario(std::uint64_t seed, std::uint64_t n) {
  gen::ByteSource source(gen::scenario_seed(seed, n));
  return gen::generate(source, {});
}

}  // namespace tailbound::planted
