// What a scenario's file says of its runs.
#include <fmt/format.h>


#include "jit/bpf/names.hpp"
#include "oracles/check/checks.hpp"

namespace tailbound::check {

namespace {

using bpf::Expect;

std::size_t cell_index(const bpf::Scenario& scenario, bpf::CellRef cell) {
  std::size_t index = cell.index;
  for (std::size_t m = 0; m < cell.map; ++m) index += scenario.maps[m].cells.size();
  return index;
}

struct Fact {
  std::string what;
  std::uint64_t observed;
};

Fact fact(const bpf::Scenario& scenario, const bpf::Numbering& numbering, const Expect& expect,
          const Observation& got, const RunObservation& run, std::span<const bpf::CellPlace> cells) {
  switch (expect.kind) {
    // A kernel hands out 32 bits of r0.
    case Expect::Kind::return_value: return {"return value", run.return_value & UINT32_MAX};
    case Expect::Kind::entries:
      return {"entries of " + bpf::name_of(scenario, expect.function),
              run.ledger[got.layout.entry(numbering.id(expect.function))]};
    case Expect::Kind::tail_calls: return {"tail calls", run.tail_calls(got.layout)};
    case Expect::Kind::refused: return {"refused calls", run.fall_throughs(got.layout)};
    case Expect::Kind::cell:
      return {fmt::format("{}[{}]", scenario.maps[expect.cell.map].name, expect.cell.index),
              cells.empty() ? run.cells[cell_index(scenario, expect.cell)]
                            : cells[cell_index(scenario, expect.cell)].read(run.cells)};
    case Expect::Kind::out_of_fuel: return {"out of fuel", run.out_of_fuel() ? 1U : 0U};
  }
  return {"?", 0};
}

std::uint64_t wanted(const Expect& expect) {
  return expect.kind == Expect::Kind::return_value ? expect.value & UINT32_MAX : expect.value;
}

}  // namespace

Verdict expectations(const bpf::Scenario& scenario, const Observation& got, std::span<const bpf::CellPlace> cells) {
  const bpf::Numbering numbering = bpf::number(scenario);
  std::size_t r = 0;
  for (const bpf::Event& event : scenario.events) {
    const auto* run = std::get_if<bpf::Run>(&event);
    if (run == nullptr) continue;
    if (r == got.runs.size()) break;
    for (const Expect& expect : run->expectations) {
      const Fact shown = fact(scenario, numbering, expect, got, got.runs[r], cells);
      if (shown.observed == wanted(expect)) continue;
      return {Outcome::disagree, Property::expectation, "other",
              fmt::format("{}: the file expects {}, observed {}", shown.what, wanted(expect), shown.observed), r};
    }
    ++r;
  }
  return {};
}

}  // namespace tailbound::check
