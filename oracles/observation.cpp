#include "oracles/observation.hpp"

namespace tailbound {

std::string_view name(RunStatus status) {
  switch (status) {
    case RunStatus::finished: return "finished";
    case RunStatus::fault: return "fault";
    case RunStatus::timeout: return "timeout";
  }
  return "?";
}

namespace {
std::uint64_t sum(const std::vector<std::uint64_t>& words, std::uint32_t first, std::uint32_t count) {
  std::uint64_t total = 0;
  for (std::uint32_t i = 0; i < count; ++i) total += words[first + i];
  return total;
}
}  // namespace

std::uint64_t RunObservation::attempts(const bpf::LedgerLayout& layout) const {
  return sum(ledger, layout.attempts(0), layout.sites);
}

std::uint64_t RunObservation::fall_throughs(const bpf::LedgerLayout& layout) const {
  return sum(ledger, layout.fall_throughs(0), layout.sites);
}

std::uint64_t RunObservation::tail_calls(const bpf::LedgerLayout& layout) const {
  return attempts(layout) - fall_throughs(layout);
}

}  // namespace tailbound
