// The rules of attachments: kernel/bpf/trampoline.c (one replacement, or a bounded number of probes), and
// probes that are nothing else than probes.
#include "jit/bpf/probe_rules.hpp"

#include <algorithm>

#include "jit/bpf/limits.hpp"
#include "jit/bpf/names.hpp"

namespace tailbound::bpf {

ProbeRules::ProbeRules(const Scenario& scenario) : scenario_(scenario), roles_(scenario.programs.size()) {
  for (const ProgArray& array : scenario.arrays) {
    for (const Slot& slot : array.slots) roles_[slot.program].in_slot = true;
  }
  const auto set = [&](const SetSlot& change) {
    if (change.program) roles_[*change.program].in_slot = true;
  };
  for (const Event& event : scenario.events) {
    std::visit(Match{
                   [&](const Run& e) { roles_[e.program].run = true; },
                   [&](const SetSlot& e) { set(e); },
                   [](const SetCell&) {},
                   [&](const AtEntry& e) { set(e.change); },
                   [](const Attach&) {},
                   [](const Detach&) {},
               },
               event);
  }
}

bool ProbeRules::is_attached(std::uint16_t probe, FunctionRef target) const {
  return std::ranges::any_of(attached_,
                             [&](const Attach& a) { return a.probe == probe && a.target == target; });
}

std::string ProbeRules::role_fault(const Attach& attach) const {
  const Role& probe = roles_[attach.probe];
  const std::string name = scenario_.programs[attach.probe].name();
  if (attach.probe == attach.target.program) return "attaches " + name + " to itself";
  if (probe.in_slot) return "attaches " + name + ", which stands in a prog_array";
  if (probe.run) return "attaches " + name + ", which is also run";
  if (probe.target) return "attaches " + name + ", which has a probe itself";
  if (probe.probe && *probe.probe != attach.kind) return "attaches " + name + " in a second way";
  if (roles_[attach.target.program].probe) {
    return "attaches " + name + " to " + name_of(scenario_, attach.target) + ", which is a probe";
  }
  return {};
}

std::string ProbeRules::place_fault(const Attach& attach) const {
  const std::string target = name_of(scenario_, attach.target);
  if (is_attached(attach.probe, attach.target)) return "attaches a probe to " + target + " twice";
  const auto here = [&](const Attach& a) { return a.target == attach.target; };
  const auto replaces = [&](const Attach& a) { return here(a) && a.kind == AttachKind::freplace; };
  const auto count = std::ranges::count_if(attached_, here);
  if (std::ranges::any_of(attached_, replaces)) return "attaches a probe to " + target + ", which is replaced";
  if (attach.kind == AttachKind::freplace && count > 0) return "replaces " + target + ", which has a probe";
  if (count >= cap::probes) return "attaches one probe too many to " + target;
  return {};
}

std::string ProbeRules::fault(const Attach& attach) const {
  std::string role = role_fault(attach);
  return role.empty() ? place_fault(attach) : role;
}

std::string ProbeRules::fault(const Detach& detach) const {
  if (is_attached(detach.probe, detach.target)) return {};
  return "detaches " + scenario_.programs[detach.probe].name() + " from " + name_of(scenario_, detach.target) +
         ", where it is not attached";
}

void ProbeRules::apply(const Attach& attach) {
  roles_[attach.probe].probe = attach.kind;
  roles_[attach.target.program].target = true;
  attached_.push_back(attach);
}

void ProbeRules::apply(const Detach& detach) {
  std::erase_if(attached_,
                [&](const Attach& a) { return a.probe == detach.probe && a.target == detach.target; });
}

}  // namespace tailbound::bpf
