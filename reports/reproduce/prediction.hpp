// What a reproducer expects: the model's runs, as few numbers as say whether a run was another one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jit/bpf/profile.hpp"
#include "oracles/observation.hpp"
#include "reports/finding_file.hpp"

namespace tailbound::reports {

/// The runs under one profile.
struct Prediction {
  const bpf::Profile* profile = nullptr;
  Observation seen;
};

/// Under the profile of the finding's scheme, then under those others that predict something else: kernels
/// differ in what a refused attempt costs.
std::vector<Prediction> predictions(const bpf::Scenario& scenario, const FindingRecord& record);

/// What is compared, a column each. A cell's and a live value's column stands only where the model knows them
/// and the scenario has them.
struct Measures {
  bool live = false;
  bool cells = false;

  static Measures of(const bpf::Scenario& scenario);
  std::vector<std::string_view> names() const;
  std::vector<std::uint64_t> values(const RunObservation& run, const bpf::LedgerLayout& layout) const;
};

/// One number for the content of array maps, in order: h = h * trace_multiplier + word.
std::uint64_t hash_of_cells(const std::vector<std::uint64_t>& cells);

/// Bytes of machine stack that a run may take under the sound scheme.
std::uint64_t sound_stack_bound(const bpf::Scenario& scenario);

/// Why a program that has only bpf(2) cannot bring these events about; nothing where it can.
std::optional<std::string> beyond_system_calls(const bpf::Scenario& scenario);

}  // namespace tailbound::reports
