// The search of `tailbound fuzz` as a target of its own, for builds with coverage instrumentation: bytes of the codec
// (or .graph text) are a scenario, which every engine must run as the model says. TAILBOUND_SCHEME names the scheme.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/campaign/engines.hpp"
#include "fuzz/campaign/investigate.hpp"
#include "fuzz/driver/scenario_mutator.hpp"
#include "oracles/features/features.hpp"
#include "reports/files.hpp"
#include "reports/finding_file.hpp"

namespace {

using namespace tailbound;

alignas(8) __attribute__((section("__libfuzzer_extra_counters"))) volatile std::uint8_t
    extra_counters[features::counters];

constexpr std::uint32_t fresh = 20;  // percent of scenarios drawn anew: here coverage guides too

std::string scheme() {
  const char* const name = std::getenv("TAILBOUND_SCHEME");
  return name == nullptr ? "pointer" : name;
}

Judge& judge() {
  static Judge only = [] {
    auto engines = fuzz::make_engines({.scheme = scheme()});
    if (!engines) {
      std::fprintf(stderr, "scenario_fuzzer: TAILBOUND_SCHEME: %s\n", engines.error().c_str());
      std::_Exit(2);
    }
    return Judge(std::move(*engines));
  }();
  return only;
}

fuzz::ScenarioMutator& mutator() {
  static fuzz::ScenarioMutator only(gen::Plan({}), fresh);
  return only;
}

/// Whether the interpreter runs it beside x86_64. Of the input's content, so that an input's coverage stays the same.
bool cross_checked(std::span<const std::uint8_t> input) {
  constexpr std::size_t one_in = 8;
  const std::string_view content(reinterpret_cast<const char*>(input.data()), input.size());
  return std::hash<std::string_view>{}(content) % one_in == 0;
}

/// One line that names the property, then all that is known; the scenario goes to a file too, since libFuzzer's own
/// holds the codec's bytes. Reduced in this process: a smaller scenario that kills it has left the line behind.
[[noreturn]] void fail(const bpf::Scenario& scenario, const Verdict& verdict) {
  std::fprintf(stderr, "scenario_fuzzer: broken property '%s' (%s) under %s: %s\n",
               std::string(name(verdict.property)).c_str(), verdict.kind.c_str(), scheme().c_str(),
               verdict.detail.c_str());
  if (auto finding = fuzz::investigate(judge(), scenario, true, false)) {
    finding->scheme = scheme();
    finding->recorded = true;
    reports::FindingRecord record = record_of(*finding);
    record.found_by = "scenario_fuzzer, TAILBOUND_SCHEME=" + scheme();
    const auto file = reports::write_new_file("findings/" + reports::signature(*finding) + ".graph",
                                              print_finding_file(record, finding->scenario));
    const std::string place = file ? file->string() : "findings/" + reports::signature(*finding) + ".graph";
    if (!file) std::fprintf(stderr, "scenario_fuzzer: %s\n", file.error().c_str());
    std::fprintf(stderr, "%s", reports::text(*finding, place).c_str());
  }
  std::abort();
}

}  // namespace

/// ASan's defaults here, under those of ASAN_OPTIONS: a scenario is hundreds of small vectors, and where each was made
/// need not be known 30 frames deep.
extern "C" const char* __asan_default_options() { return "malloc_context_size=4"; }

/// Before what the user gives, so that it still counts. libFuzzer's entropic schedule looks each feature of an input up
/// in lists, and a scenario has hundreds: it takes half of the time.
extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  static std::vector<char*> words(*argv, *argv + *argc);
  static std::string schedule = "-entropic=0";
  words.insert(words.begin() + 1, schedule.data());
  *argc = static_cast<int>(words.size());
  words.push_back(nullptr);
  *argv = words.data();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const bpf::Scenario& scenario = mutator().read(std::span(data, size));
  judge().cross_check(cross_checked(std::span(data, size)));
  const Judgement judgement = judge().judge(scenario);
  if (judgement.verdict.broken()) fail(scenario, judgement.verdict);
  features::count(scenario, judge(), judgement, std::span(extra_counters));
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t room, unsigned seed) {
  return mutator().mutate({data, room}, size, gen::scenario_seed(seed, size));
}

extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* a, std::size_t a_size, const std::uint8_t* b,
                                                 std::size_t b_size, std::uint8_t* out, std::size_t room,
                                                 unsigned seed) {
  return mutator().cross({a, a_size}, {b, b_size}, {out, room}, gen::scenario_seed(seed, a_size));
}
