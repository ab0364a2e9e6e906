// check_scenario: header, names and maps, and the order of the parts.
#include <set>

#include "jit/bpf/check_parts.hpp"
#include "jit/bpf/names.hpp"

namespace tailbound::bpf {

namespace check {

namespace {

Fault at_most(std::string_view what, std::size_t count, std::uint32_t most) {
  if (count <= most) return {};
  return violation("there are " + std::to_string(count) + " " + std::string(what) + ", at most " +
                   std::to_string(most) + " are allowed");
}

Fault function_count(const Scenario& scenario, std::size_t program, const Limits& limits) {
  const std::size_t count = scenario.programs[program].functions.size();
  if (count == 0) return violation("program " + std::to_string(program) + " has no main function");
  if (count <= limits.functions) return {};
  return violation({static_cast<std::uint16_t>(program), 0}, "program " + scenario.programs[program].name() +
                                                                 " has " + std::to_string(count) +
                                                                 " functions, " + std::string(limits.name) +
                                                                 " allows " + std::to_string(limits.functions));
}

/// Why a name cannot join those of its scope; takes it in when it can.
std::string name_fault(const std::string& name, std::set<std::string_view>& scope, std::string_view kind) {
  if (!is_name(name)) {
    return std::string(kind) + " name '" + name.substr(0, cap::name_length) + "' is no identifier of at most " +
           std::to_string(cap::name_length) + " characters that is no keyword";
  }
  if (!scope.insert(name).second) return std::string(kind) + " name " + name + " is taken";
  return {};
}

Fault map_names(const Scenario& scenario) {
  std::set<std::string_view> scope;
  for (const ArrayMap& map : scenario.maps) {
    if (auto why = name_fault(map.name, scope, "map"); !why.empty()) return violation(std::move(why));
  }
  for (const ProgArray& array : scenario.arrays) {
    if (auto why = name_fault(array.name, scope, "prog_array"); !why.empty()) return violation(std::move(why));
  }
  return {};
}

Fault function_names(const Scenario& scenario, std::uint16_t program, std::set<std::string_view>& programs) {
  const auto& functions = scenario.programs[program].functions;
  if (auto why = name_fault(functions[0].name, programs, "program"); !why.empty()) {
    return violation({program, 0}, std::move(why));
  }
  std::set<std::string_view> scope{functions[0].name};
  for (std::uint16_t f = 1; f < functions.size(); ++f) {
    auto why = name_fault(functions[f].name, scope, "subprogram");
    if (!why.empty()) return violation({program, f}, "program " + functions[0].name + ": " + why);
  }
  return {};
}

Fault cells(const ArrayMap& map) {
  if (!map.cells.empty() && map.cells.size() <= cap::cells) return {};
  return violation("map " + map.name + " has " + std::to_string(map.cells.size()) + " cells, 1 to " +
                   std::to_string(cap::cells) + " are allowed");
}

Fault slots(const Scenario& scenario, const ProgArray& array) {
  const std::string name = "prog_array " + array.name;
  if (array.size == 0 || array.size > cap::array_size) {
    return violation(name + " has " + std::to_string(array.size) + " slots, 1 to " +
                     std::to_string(cap::array_size) + " are allowed");
  }
  std::optional<std::uint32_t> last;
  for (const Slot& slot : array.slots) {
    const std::string at = name + ", slot " + std::to_string(slot.index);
    if (slot.index >= array.size) return violation(at + " is beyond its size " + std::to_string(array.size));
    if (slot.program >= scenario.programs.size()) return violation(at + " holds a program that does not exist");
    if (last && slot.index <= *last)
      return violation(at + " does not stand after slot " + std::to_string(*last));
    last = slot.index;
  }
  return {};
}

}  // namespace

Fault header(const Scenario& scenario) {
  const Limits* limits = find_limits(scenario.limits);
  if (limits == nullptr) return violation("there is no limits record '" + scenario.limits + "'");
  if (scenario.fuel > cap::fuel) {
    return violation("fuel is " + std::to_string(scenario.fuel) + ", at most " + std::to_string(cap::fuel) +
                     " is allowed");
  }
  if (scenario.programs.empty()) return violation("there is no program");
  if (auto fault = at_most("programs", scenario.programs.size(), cap::programs)) return fault;
  if (auto fault = at_most("prog_arrays", scenario.arrays.size(), cap::arrays)) return fault;
  if (auto fault = at_most("maps", scenario.maps.size(), cap::maps)) return fault;
  if (auto fault = at_most("events", scenario.events.size(), cap::events)) return fault;
  for (std::size_t p = 0; p < scenario.programs.size(); ++p) {
    if (auto fault = function_count(scenario, p, *limits)) return fault;
  }
  return {};
}

Fault names(const Scenario& scenario) {
  if (auto fault = map_names(scenario)) return fault;
  std::set<std::string_view> programs;
  for (std::uint16_t p = 0; p < scenario.programs.size(); ++p) {
    if (auto fault = function_names(scenario, p, programs)) return fault;
  }
  return {};
}

Fault maps(const Scenario& scenario) {
  for (const ArrayMap& map : scenario.maps) {
    if (auto fault = cells(map)) return fault;
  }
  for (const ProgArray& array : scenario.arrays) {
    if (auto fault = slots(scenario, array)) return fault;
  }
  return {};
}

bool is_cell(const Scenario& scenario, CellRef cell) {
  return cell.map < scenario.maps.size() && cell.index < scenario.maps[cell.map].cells.size();
}

bool is_function(const Scenario& scenario, FunctionRef function) {
  return function.program < scenario.programs.size() &&
         function.function < scenario.programs[function.program].functions.size();
}

}  // namespace check

std::optional<Violation> check_scenario(const Scenario& scenario) {
  for (const auto part :
       {check::header, check::names, check::maps, check::functions, check::calls, check::events}) {
    if (auto fault = part(scenario)) return fault;
  }
  return std::nullopt;
}

}  // namespace tailbound::bpf
