// The scenario with what it must show: `tailbound run` holds each run against it.
#include <fmt/format.h>

#include "jit/bpf/graph.hpp"
#include "jit/bpf/limits.hpp"
#include "jit/x86_64/schemes.hpp"
#include "reports/reproduce/prediction.hpp"
#include "reports/reproduce/reproduce.hpp"

namespace tailbound::reports {

namespace {

using Kind = bpf::Expect::Kind;

std::vector<bpf::Expect> expectations(const bpf::Scenario& scenario, const RunObservation& run,
                                      const bpf::LedgerLayout& layout) {
  const auto expect = [](Kind kind, std::uint64_t value) {
    return bpf::Expect{.kind = kind, .function = {}, .cell = {}, .value = value};
  };
  std::vector<bpf::Expect> all = {expect(Kind::return_value, run.return_value & UINT32_MAX),
                                  expect(Kind::tail_calls, run.tail_calls(layout)),
                                  expect(Kind::refused, run.fall_throughs(layout)),
                                  expect(Kind::out_of_fuel, run.out_of_fuel() ? 1 : 0)};
  const bpf::Numbering numbering = bpf::number(scenario);
  for (std::uint32_t id = 0; id < layout.functions && all.size() < bpf::cap::expectations; ++id) {
    bpf::Expect entries = expect(Kind::entries, run.ledger[layout.entry(id)]);
    entries.function = numbering.ref(id);
    all.push_back(entries);
  }
  return all;
}

/// A scheme that is meant to be sound and is judged under the profile.
std::string_view sound_scheme_of(const bpf::Profile& profile) {
  for (const x86_64::Scheme& scheme : x86_64::schemes()) {
    if (scheme.identity.meant_sound && scheme.identity.profile == &profile) return scheme.identity.name;
  }
  return "pointer";
}

}  // namespace

std::expected<Reproducer, std::string> graph_reproducer(const Subject& subject) {
  bpf::Scenario scenario = subject.scenario;
  const Prediction wanted = predictions(scenario, subject.record).front();
  std::size_t r = 0;
  for (bpf::Event& event : scenario.events) {
    if (auto* run = std::get_if<bpf::Run>(&event))
      run->expectations = expectations(scenario, wanted.seen.runs[r++], wanted.seen.layout);
  }
  std::string out = fmt::format("# {}: {}\n", subject.record.verdict, subject.record.detail);
  out += fmt::format("# What is expected is the model's, under the profile {}.\n", wanted.profile->name);
  out += fmt::format("# tailbound run FILE --scheme {}: exit 1. tailbound run FILE --scheme {}: exit 0.\n",
                     subject.record.scheme, sound_scheme_of(*wanted.profile));
  return Reproducer{{subject.name + ".graph", out + bpf::print_graph(scenario)}};
}

}  // namespace tailbound::reports
