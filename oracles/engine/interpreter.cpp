// The interpreter as an engine: walks a scenario's events and keeps what each run showed.
#include <memory>
#include <utility>
#include <variant>

#include "jit/bpf/scenario_visit.hpp"
#include "oracles/engine/engine.hpp"
#include "oracles/engine/interpreter_machine.hpp"

namespace tailbound::engine {

namespace {

class Interpreter final : public Engine {
 public:
  explicit Interpreter(const bpf::Profile& profile) : machine_(profile) {
    identity_.name = "interpreter";
    identity_.profile = &profile;
  }

  const Identity& identity() const override { return identity_; }

  std::span<const Observation> run(std::span<const bpf::Lowered> batch) override {
    if (observations_.size() < batch.size()) observations_.resize(batch.size());
    for (std::size_t i = 0; i < batch.size(); ++i) observe(batch[i], observations_[i]);
    return std::span(observations_).first(batch.size());
  }

 private:
  void observe(const bpf::Lowered& lowered, Observation& seen) {
    recycle(seen.runs);
    seen.layout = lowered.ledger;
    seen.unavailable = unsupported_event(lowered);
    if (!seen.unavailable.empty()) return;
    machine_.load(lowered);
    for (const bpf::Event& event : lowered.events) happen(lowered, event, seen.runs);
  }

  void happen(const bpf::Lowered& lowered, const bpf::Event& event, std::vector<RunObservation>& runs) {
    std::visit(bpf::Match{
                   [&](const bpf::Run& run) {
                     const std::uint64_t fuel = lowered.fuel_of_run(runs.size());
                     machine_.run(run.program, fuel, next(runs));
                   },
                   [&](const bpf::SetSlot& change) { machine_.apply(change); },
                   [&](const bpf::SetCell& change) { machine_.apply(change); },
                   [&](const bpf::AtEntry& change) { machine_.apply(change); },
                   // unsupported_event spoke of these before the first event.
                   [](const bpf::Attach&) {},
                   [](const bpf::Detach&) {},
               },
               event);
  }

  /// An observation's vectors keep their room from scenario to scenario.
  RunObservation& next(std::vector<RunObservation>& runs) {
    if (spare_.empty()) return runs.emplace_back();
    runs.push_back(std::move(spare_.back()));
    spare_.pop_back();
    return runs.back();
  }
  void recycle(std::vector<RunObservation>& runs) {
    for (RunObservation& run : runs) spare_.push_back(std::move(run));
    runs.clear();
  }

  Identity identity_;
  interpreter::Machine machine_;
  std::vector<Observation> observations_;
  std::vector<RunObservation> spare_;
};

}  // namespace

std::unique_ptr<Engine> make_interpreter(const bpf::Profile& profile) {
  return std::make_unique<Interpreter>(profile);
}

}  // namespace tailbound::engine
