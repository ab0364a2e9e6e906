// Generated scenarios of every shape on the engines whose code may run in a runner, against the model: arm64
// under qemu-aarch64 (in this process on an arm64 machine), and x86-64 under qemu-x86_64, as an arm64 machine
// runs it.
#include <gtest/gtest.h>

#include "gen/generate.hpp"
#include "jit/bpf/graph.hpp"
#include "jit/bpf/limits.hpp"
#include "oracles/check/checks.hpp"
#include "oracles/engine/arm64/engine.hpp"
#include "oracles/engine/image_source.hpp"
#include "oracles/engine/x86_64/engine.hpp"
#include "oracles/model/walker.hpp"

namespace tailbound::test {

namespace {

std::unique_ptr<engine::Engine> arm64(const char* scheme) {
  return engine::make_arm64({.scheme = arm64::find_scheme(scheme), .options = {}});
}
std::unique_ptr<engine::Engine> hardened_arm64(const char* scheme) {
  jit::Options options;
  options.bti = options.pac = options.exclusives = true;
  return engine::make_arm64({.scheme = arm64::find_scheme(scheme), .options = options});
}
std::unique_ptr<engine::Engine> emulated_x86_64(const char* scheme) {
  return engine::make_emulated_x86_64({.scheme = x86_64::find_scheme(scheme), .options = {}});
}

struct Row {
  const char* name;
  std::unique_ptr<engine::Engine> (*make)(const char* scheme);
  const char* scheme;
};

class GeneratedNatively : public testing::TestWithParam<Row> {};

/// Everything but what expectations say.
Verdict judge(engine::Engine& engine, model::Walker& walker, const bpf::Scenario& scenario,
              const bpf::Lowered& lowered) {
  const Observation& seen = engine.run_one(lowered);
  if (!seen.unavailable.empty()) return {Outcome::unavailable, Property::fault, "", seen.unavailable, 0};
  for (const Verdict& verdict :
       {check::ended(seen), check::frame_balance(seen), check::bound(seen, bpf::max_tail_call_cnt),
        check::same_behaviour(walker.walk(scenario), seen, false),
        check::machine_stack(seen, engine.stack_bound().value_or(UINT64_MAX))}) {
    if (verdict.broken()) return verdict;
  }
  return {};
}

TEST_P(GeneratedNatively, AgreesWithTheModel) {
  const auto engine = GetParam().make(GetParam().scheme);
  if (const auto why = engine->unavailable()) GTEST_SKIP() << *why;
  model::Walker walker({.profile = engine->identity().profile});
  for (const gen::Shape& shape : gen::shapes()) {
    for (std::uint64_t n = 0; n < 40; ++n) {
      gen::ByteSource source(gen::scenario_seed(7, n));
      const bpf::Scenario scenario =
          gen::generate(source, n % 4 == 0 ? gen::Budget{} : gen::small_budget(), shape);
      const Verdict verdict = judge(*engine, walker, scenario, bpf::lower(scenario));
      ASSERT_TRUE(verdict.outcome == Outcome::agree)
          << shape.name << ", scenario " << n << ": " << verdict.detail << "\n"
          << bpf::print_graph(scenario);
    }
  }
}

/// The runner's compiler is another build of the same sources, for another arch: byte for byte the same.
TEST_P(GeneratedNatively, TheRunnersCompilerEmitsTheSame) {
  const auto engine = GetParam().make(GetParam().scheme);
  if (const auto why = engine->unavailable()) GTEST_SKIP() << *why;
  const auto& images = dynamic_cast<const engine::ImageSource&>(*engine);
  for (std::uint64_t n = 0; n < 60; ++n) {
    gen::ByteSource source(gen::scenario_seed(8, n));
    const bpf::Lowered lowered = bpf::lower(gen::generate(source, gen::Budget{}));
    ASSERT_EQ(engine->run_one(lowered).unavailable, "");
    for (std::size_t p = 0; p < lowered.programs.size(); ++p) {
      const jit::Image there = images.compile_afresh(lowered.programs[p]);
      ASSERT_EQ(there.code, images.images()[p].code) << "scenario " << n << ", program " << p;
      ASSERT_EQ(there.relocations, images.images()[p].relocations);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, GeneratedNatively,
                         testing::Values(Row{"arm64_pointer", arm64, "pointer"},
                                         Row{"arm64_pointer_fixed_frame", arm64, "pointer-fixed-frame"},
                                         Row{"arm64_pointer_hardened", hardened_arm64, "pointer"},
                                         Row{"arm64_fixed_frame_hardened", hardened_arm64,
                                             "pointer-fixed-frame"},
                                         Row{"x86_64_pointer", emulated_x86_64, "pointer"}),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace

}  // namespace tailbound::test
