#include "oracles/judge/object_events.hpp"

#include <vector>

namespace tailbound {

namespace {

class Resolver {
 public:
  Resolver(bpf::PreparedObject& object, engine::Engine& engine) : object_(object), engine_(engine) {}

  std::expected<void, std::string> resolve() {
    bpf::Lowered& lowered = object_.lowered;
    lowered.fuel = object_.names.fuel;
    lowered.seed = object_.names.seed;
    lowered.events.clear();
    for (std::uint16_t m = lowered.first_array_map; m < lowered.first_prog_array; ++m) {
      words_.insert(words_.end(), lowered.maps[m].words.begin(), lowered.maps[m].words.end());
    }
    for (const bpf::Event& event : object_.names.events) {
      if (const auto* set = std::get_if<bpf::SetCell>(&event)) {
        if (auto done = set_cell(*set); !done) return done;
        continue;
      }
      stale_ = stale_ || std::holds_alternative<bpf::Run>(event);
      lowered.events.push_back(event);
    }
    return {};
  }

 private:
  std::expected<void, std::string> set_cell(const bpf::SetCell& set) {
    if (stale_) {
      const Observation& seen = engine_.run_one(object_.lowered);
      if (!seen.unavailable.empty())
        return std::unexpected(engine_.identity().text() + ": " + seen.unavailable);
      if (seen.runs.empty()) return std::unexpected(engine_.identity().text() + ": its verifier refused the object");
      words_ = seen.runs.back().cells;
      stale_ = false;
    }
    const std::size_t cell = object_.cell(set.cell);
    const bpf::CellPlace& place = object_.cells[cell];
    words_[place.word] = place.written(words_[place.word], set.value);
    const auto map = static_cast<std::uint16_t>(object_.cell_map[cell] - object_.lowered.first_array_map);
    object_.lowered.events.push_back(
        bpf::SetCell{{map, static_cast<std::uint16_t>(object_.cell_index[cell])}, words_[place.word]});
    return {};
  }

  bpf::PreparedObject& object_;
  engine::Engine& engine_;
  std::vector<std::uint64_t> words_;  // of all array maps, as they are before the next event
  bool stale_ = false;                // a run has changed them since
};

}  // namespace

std::expected<void, std::string> lower_events(bpf::PreparedObject& object, engine::Engine& engine) {
  return Resolver(object, engine).resolve();
}

}  // namespace tailbound
