#include "oracles/engine/unavailable.hpp"

namespace tailbound::engine {

namespace {

class UnavailableEngine final : public Engine {
 public:
  UnavailableEngine(Identity identity, std::string reason)
      : identity_(std::move(identity)), reason_(std::move(reason)) {}

  const Identity& identity() const override { return identity_; }
  std::optional<std::string> unavailable() const override { return reason_; }
  std::span<const Observation> run(std::span<const bpf::Lowered> batch) override {
    observations_.resize(batch.size());
    for (std::size_t i = 0; i < batch.size(); ++i) {
      observations_[i].layout = batch[i].ledger;
      observations_[i].unavailable = reason_;
    }
    return observations_;
  }

 private:
  Identity identity_;
  std::string reason_;
  std::vector<Observation> observations_;
};

}  // namespace

std::unique_ptr<Engine> make_unavailable(Identity identity, std::string reason) {
  return std::make_unique<UnavailableEngine>(std::move(identity), std::move(reason));
}

}  // namespace tailbound::engine
