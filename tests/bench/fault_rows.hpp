// What many searches say of one planted fault, and how it is printed.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "tests/planted/search.hpp"

namespace tailbound::bench {

/// Over all seeds. A median is over all of them too: where half did not see it there is none.
struct Sightings {
  std::size_t seeds = 0;
  bool in_median = false;
  double scenarios = 0;
  double seconds = 0;
};

struct FaultRow {
  const planted::Fault* fault = nullptr;
  std::size_t seeds = 0;
  Sightings reached, triggered, detected;
  std::map<std::string, std::size_t> properties;  // that detected it, in how many seeds
};

/// `found`: one a seed.
FaultRow summarise(const planted::Fault& fault, std::span<const planted::Found> found);

struct FaultTotals {
  std::size_t to_be_seen = 0;  // faults that are not equivalent
  std::size_t in_median = 0;
  std::size_t in_all_seeds = 0;
  std::size_t equivalent = 0;
  std::size_t equivalent_seen = 0;

  /// At least 95 % in the median, and no equivalent one.
  bool enough() const { return 100 * in_median >= 95 * to_be_seen && equivalent_seen == 0; }
};
FaultTotals total(std::span<const FaultRow> rows);

std::string text(std::span<const FaultRow> rows, const FaultTotals& totals, std::size_t seeds, double seconds);
/// One object; its fields are those of the records above.
std::string json(std::span<const FaultRow> rows, const FaultTotals& totals, std::size_t seeds, double seconds);

}  // namespace tailbound::bench
