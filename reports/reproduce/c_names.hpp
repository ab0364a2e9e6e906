// Names of a scenario's things as C has room for them: each once, none that means something else.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "jit/bpf/scenario.hpp"

namespace tailbound::reports {

struct CNames {
  std::vector<std::string> functions;  // by function id
  std::vector<std::string> maps;
  std::vector<std::string> arrays;

  explicit CNames(const bpf::Scenario& scenario);

 private:
  std::string fresh(const std::string& wanted, const std::string& otherwise);
  std::set<std::string> taken_;
};

}  // namespace tailbound::reports
