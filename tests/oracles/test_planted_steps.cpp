// Every step of the sound scheme matters: left out, an oracle says so. A step whose loss no oracle sees must be on the
// list of those that change nothing here.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>
#include <string>

#include "gen/generate.hpp"
#include "jit/x86_64/schemes.hpp"
#include "oracles/engine/x86_64/engine.hpp"
#include "oracles/judge/judge.hpp"

namespace tailbound::test {

namespace {

using Steps = x86_64::Scheme::Steps;

struct Place {
  const char* name;
  Steps x86_64::Scheme::*steps;
};
constexpr Place places[] = {{"prologue", &x86_64::Scheme::prologue},
                            {"call site", &x86_64::Scheme::call_site},
                            {"helper site", &x86_64::Scheme::helper_site},
                            {"direct", &x86_64::Scheme::tail_call_direct},
                            {"indirect", &x86_64::Scheme::tail_call_indirect},
                            {"epilogue", &x86_64::Scheme::epilogue}};

/// Steps whose loss changes nothing that the generated scenarios can show, with the reason.
const std::set<std::string>& equivalent() {
  static const std::set<std::string> names = {
      "prologue: landing pad",       // no bytes without IBT
      "helper site: reload pointer",  // helpers do not read the count
  };
  return names;
}

/// In a child: wild code may do anything.
bool detected(const x86_64::Scheme& faulty) {
  const pid_t child = fork();
  if (child == 0) {
    std::vector<std::unique_ptr<engine::Engine>> engines;
    engines.push_back(engine::make_x86_64(
        {.scheme = &faulty, .options = {}, .time_limit = std::chrono::milliseconds(100)}));
    Judge judge(std::move(engines));
    for (std::uint64_t n = 0; n < 2000; ++n) {
      gen::ByteSource source(gen::scenario_seed(7, n));
      if (judge.judge(gen::generate(source, {})).verdict.broken()) _exit(1);
    }
    _exit(0);
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFSIGNALED(status) || WEXITSTATUS(status) != 0;
}

TEST(PlantedSteps, TheSchemeItselfPasses) { EXPECT_FALSE(detected(*x86_64::find_scheme("pointer"))); }

TEST(PlantedSteps, EveryDroppedStepIsDetected) {
  const x86_64::Scheme& sound = *x86_64::find_scheme("pointer");
  for (const Place& place : places) {
    for (std::size_t i = 0; i < (sound.*place.steps).size(); ++i) {
      const std::string name = std::string(place.name) + ": " + std::string((sound.*place.steps)[i].name);
      x86_64::Scheme faulty = sound;
      Steps& steps = faulty.*place.steps;
      steps.erase(steps.begin() + static_cast<std::ptrdiff_t>(i));
      EXPECT_EQ(detected(faulty), !equivalent().contains(name)) << "without " << name;
    }
  }
}

TEST(PlantedSteps, ChargingBeforeTheBypassIsDetected) {
  x86_64::Scheme faulty = *x86_64::find_scheme("pointer");
  std::swap(faulty.tail_call_direct[1], faulty.tail_call_direct[2]);
  ASSERT_EQ(faulty.tail_call_direct[1].name, "charge");
  EXPECT_TRUE(detected(faulty));
}

TEST(PlantedSteps, CountingByValueIsDetected) {
  x86_64::Scheme faulty = *x86_64::find_scheme("by-value");
  faulty.identity.profile = &bpf::profile_linux();
  EXPECT_TRUE(detected(faulty));
}

}  // namespace

}  // namespace tailbound::test
