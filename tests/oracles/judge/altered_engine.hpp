// An engine with a planted fault: it shows what the engine inside shows, but for what a function changes.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "jit/bpf/profile.hpp"
#include "oracles/engine/engine.hpp"

namespace tailbound::test {

class AlteredEngine final : public engine::Engine {
 public:
  /// `change` gets what ran, how often this engine ran before, and what was seen.
  using Change = std::function<void(const bpf::Lowered&, std::size_t times, Observation&)>;

  AlteredEngine(std::unique_ptr<engine::Engine> inside, Change change)
      : inside_(std::move(inside)), change_(std::move(change)), identity_(inside_->identity()) {}

  const engine::Identity& identity() const override { return identity_; }
  /// What it claims to be, to be changed before a judge asks.
  engine::Identity& claims() { return identity_; }
  std::span<const Observation> run(std::span<const bpf::Lowered> batch) override {
    seen_.clear();
    for (const bpf::Lowered& lowered : batch) {
      seen_.push_back(inside_->run_one(lowered));
      change_(lowered, times_++, seen_.back());
    }
    return seen_;
  }

 private:
  std::unique_ptr<engine::Engine> inside_;
  Change change_;
  engine::Identity identity_;
  std::size_t times_ = 0;
  std::vector<Observation> seen_;
};

inline std::unique_ptr<AlteredEngine> altered(AlteredEngine::Change change) {
  return std::make_unique<AlteredEngine>(engine::make_interpreter(bpf::profile_linux()), std::move(change));
}

}  // namespace tailbound::test
