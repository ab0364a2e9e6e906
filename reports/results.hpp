// Scenarios with expectations on engines, as a document: docs/results.md.
#pragma once

#include <string>
#include <vector>

#include "oracles/judge/expected.hpp"

namespace tailbound::reports {

/// How a kernel took the programs that must be refused.
struct Refusals {
  std::size_t rows = 0;
  std::vector<std::string> faults;  // one a row that was not refused as expected; or why none was asked
};

struct ResultColumn {
  std::string engine;  // "x86_64/pointer", "kernel/6.18.44"
  std::string profile;
  bool by_value = false;
  std::vector<Comparison> cells;     // one a row
  std::optional<Refusals> refusals;  // of kernels
};

struct Results {
  std::vector<std::string> rows;  // names of the scenarios
  std::vector<ResultColumn> columns;

  /// Nothing is unexplained, and all that must be refused is.
  bool hold() const;
};

std::string results_document(const Results& results);

}  // namespace tailbound::reports
