// The events before a run, applied to slots and cells.
#include "oracles/model/known_state.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "oracles/model/arithmetic.hpp"

namespace tailbound::model {

namespace {

using bpf::Match;

struct Attached {
  std::uint16_t probe = 0;
  bpf::FunctionRef target;
};

}  // namespace

Known combine(bpf::ExprOp op, const Known& left, const Known& right) {
  if (left.unknown != nullptr) return left;
  if (right.unknown != nullptr) return right;
  return {apply(op, left.value, right.value), nullptr};
}

KnownState::KnownState(const bpf::Scenario& scenario) {
  for (const bpf::ProgArray& array : scenario.arrays) {
    auto& slots = slots_.emplace_back(array.size);
    for (const bpf::Slot& slot : array.slots) slots[slot.index] = slot.program;
  }
  for (const bpf::ArrayMap& map : scenario.maps) {
    auto& cells = cells_.emplace_back();
    for (const std::uint64_t value : map.cells) cells.push_back({value, nullptr});
  }
  const auto mark_stored = [&](const bpf::Statement& statement) {
    const auto* store = std::get_if<bpf::StoreCell>(&statement.node);
    if (store == nullptr) return;
    cells_[store->cell.map][store->cell.index].unknown = "a cell that a program stores to";
  };
  for (const bpf::Program& program : scenario.programs) {
    for (const bpf::Function& function : program.functions) {
      bpf::visit(function.body, mark_stored, [](const bpf::Expr&) {});
    }
  }
}

std::expected<KnownState, std::string> KnownState::before(const bpf::Scenario& scenario, std::size_t run) {
  KnownState state(scenario);
  std::vector<Attached> attached;
  std::string changes_during_runs;
  std::size_t runs = 0;
  for (const bpf::Event& event : scenario.events) {
    if (const auto* now = std::get_if<bpf::Run>(&event); now != nullptr && runs++ == run) {
      if (!changes_during_runs.empty()) return std::unexpected(changes_during_runs);
      if (!attached.empty()) return std::unexpected("a probe is attached");
      state.program_ = now->program;
      return state;
    }
    std::visit(Match{
                   [](const bpf::Run&) {},
                   [&](const bpf::SetSlot& e) { state.set(e); },
                   [&](const bpf::SetCell& e) { state.set(e); },
                   [&](const bpf::AtEntry&) { changes_during_runs = "a slot changes while the run goes on"; },
                   [&](const bpf::Attach& e) { attached.push_back({e.probe, e.target}); },
                   [&](const bpf::Detach& e) {
                     std::erase_if(attached, [&](const Attached& a) {
                       return a.probe == e.probe && a.target == e.target;
                     });
                   },
               },
               event);
  }
  return std::unexpected("there is no run number " + std::to_string(run));
}

std::optional<std::uint16_t> KnownState::program_at(std::uint16_t array, std::uint32_t index) const {
  const auto& slots = slots_[array];
  return index < slots.size() ? slots[index] : std::nullopt;
}

void KnownState::set(const bpf::SetSlot& change) { slots_[change.array][change.index] = change.program; }

void KnownState::set(const bpf::SetCell& change) {
  cells_[change.cell.map][change.cell.index].value = change.value;
}

}  // namespace tailbound::model
