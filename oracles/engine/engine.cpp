#include "oracles/engine/engine.hpp"

#include <variant>

namespace tailbound::engine {

std::string_view unsupported_event(const bpf::Lowered& lowered) {
  for (const bpf::Event& event : lowered.events) {
    if (std::holds_alternative<bpf::Attach>(event)) return "attachment";
    if (std::holds_alternative<bpf::Detach>(event)) return "attachment";
  }
  return {};
}

}  // namespace tailbound::engine
