// What may be attached where and when. A probe is a program of another type than the rest: it is entered by its
// attachment only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "jit/bpf/scenario.hpp"

namespace tailbound::bpf {

/// Walks the attachments of a scenario in the order of its events. All references must be in range.
class ProbeRules {
 public:
  explicit ProbeRules(const Scenario& scenario);

  /// Why the event cannot come next, in words that follow "event n"; empty when it can.
  std::string fault(const Attach& attach) const;
  std::string fault(const Detach& detach) const;
  void apply(const Attach& attach);
  void apply(const Detach& detach);

 private:
  std::string role_fault(const Attach& attach) const;
  std::string place_fault(const Attach& attach) const;
  bool is_attached(std::uint16_t probe, FunctionRef target) const;

  struct Role {
    bool in_slot = false, run = false, target = false;
    std::optional<AttachKind> probe;
  };

  const Scenario& scenario_;
  std::vector<Role> roles_;  // by program
  std::vector<Attach> attached_;
};

}  // namespace tailbound::bpf
