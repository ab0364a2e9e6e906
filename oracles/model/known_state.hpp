// What is known of slots and cells when a run begins, and stays so while it runs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "jit/bpf/scenario.hpp"

namespace tailbound::model {

/// A value, or on what it depends that is not known.
struct Known {
  std::uint64_t value = 0;
  const char* unknown = nullptr;  // static text
};

Known combine(bpf::ExprOp op, const Known& left, const Known& right);

class KnownState {
 public:
  /// The state before run number `run`, or why there is none.
  static std::expected<KnownState, std::string> before(const bpf::Scenario& scenario, std::size_t run);

  /// The program that the run enters.
  std::uint16_t program() const { return program_; }
  std::optional<std::uint16_t> program_at(std::uint16_t array, std::uint32_t index) const;
  /// Unknown when any program stores to it.
  Known cell(bpf::CellRef ref) const { return cells_[ref.map][ref.index]; }

 private:
  explicit KnownState(const bpf::Scenario& scenario);
  void set(const bpf::SetSlot& change);
  void set(const bpf::SetCell& change);

  std::uint16_t program_ = 0;
  std::vector<std::vector<std::optional<std::uint16_t>>> slots_;  // by array
  std::vector<std::vector<Known>> cells_;                         // by map
};

}  // namespace tailbound::model
