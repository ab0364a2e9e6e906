#pragma once

#include <expected>
#include <string>
#include <vector>

#include "oracles/proof/manifest.hpp"
#include "oracles/proof/prove.hpp"

namespace tailbound::proof {

/// Every query of the obligations as a file, those that `results` re-checked too, and a certificate for each
/// bit-vector query that is unsat. Error: the first certificate that could not be made.
std::expected<std::vector<Exported>, std::string> exported(const std::vector<Obligation>& obligations,
                                                           const std::vector<Result>& results,
                                                           unsigned at_once);

}  // namespace tailbound::proof
