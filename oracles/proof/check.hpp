// An exported folder, checked by what lies in it alone: no model, no JIT, no generator.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "oracles/proof/manifest.hpp"
#include "oracles/smt/ask.hpp"

namespace tailbound::proof {

/// One solver's answer to a query, or the check of a certificate.
struct Checked {
  enum class Kind : std::uint8_t { agrees, contradicts, failed };
  std::string name, by;  // z3, cvc5, certificate
  Kind kind = Kind::failed;
  std::string why;
};

std::vector<Checked> check_export(const std::map<std::string, Exported>& files, const smt::Asker& asker,
                                  unsigned at_once,
                                  const std::function<void(std::size_t, std::size_t)>& progress);

}  // namespace tailbound::proof
