#include "oracles/check/variant.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "jit/bpf/codec.hpp"
#include "jit/bpf/limits.hpp"
#include "jit/bpf/repair_parts.hpp"

namespace tailbound::check {

namespace {

using namespace bpf;

/// Function and site ids of `old` in a variant where programs from `first` on are `by` further back.
void map_ids(const Scenario& old, std::uint16_t first, std::uint16_t by, Variant& variant) {
  const Numbering before = number(old);
  const Numbering after = number(variant.scenario);
  for (std::uint32_t id = 0; id < before.functions; ++id) {
    FunctionRef ref = before.ref(id);
    if (ref.program >= first) ref.program = static_cast<std::uint16_t>(ref.program + by);
    const std::uint32_t now = after.id(ref);
    variant.function.push_back(now);
    for (std::uint32_t site = before.first_site[id]; site < before.first_site[id + 1]; ++site) {
      variant.site.push_back(after.first_site[now] + site - before.first_site[id]);
    }
  }
}

/// Programs from `first` on are one further back: whatever names them is told.
class ProgramShift {
 public:
  explicit ProgramShift(std::uint16_t first) : first_(first) {}

  void operator()(Scenario& scenario) const {
    for (ProgArray& array : scenario.arrays) {
      for (Slot& slot : array.slots) shift(slot.program);
    }
    for (Program& program : scenario.programs) {
      for (Function& function : program.functions) body(function.body);
    }
    for (Event& event : scenario.events) std::visit([this](auto& e) { (*this)(e); }, event);
  }

 private:
  void shift(std::uint16_t& program) const {
    program = static_cast<std::uint16_t>(program + (program >= first_));
  }
  void operand(Operand& operand) const {
    if (auto* entries = std::get_if<Entries>(&operand)) shift(entries->function.program);
  }
  void body(Block& block) const {
    repairing::each_statement(block, [this](Statement& statement) {
      Expr* const expr = repairing::expression_of(statement);
      if (expr == nullptr) return;
      operand(expr->first);
      for (ExprTerm& term : expr->rest) operand(term.operand);
    });
  }
  void operator()(Run& run) const {
    shift(run.program);
    for (Expect& expect : run.expectations) {
      if (expect.kind == Expect::Kind::entries) shift(expect.function.program);
    }
  }
  void operator()(SetSlot& set) const {
    if (set.program) shift(*set.program);
  }
  void operator()(SetCell&) const {}
  void operator()(AtEntry& change) const {
    shift(change.function.program);
    (*this)(change.change);
  }
  void operator()(Attach& attach) const {
    shift(attach.probe);
    shift(attach.target.program);
  }
  void operator()(Detach& detach) const {
    shift(detach.probe);
    shift(detach.target.program);
  }

  std::uint16_t first_;
};

bool is_used(const Scenario& scenario, const std::string& name) {
  const auto same = [&](const auto& thing) { return thing.name == name; };
  return std::ranges::any_of(scenario.maps, same) || std::ranges::any_of(scenario.arrays, same) ||
         std::ranges::any_of(scenario.programs, [&](const Program& p) { return p.name() == name; });
}

std::string free_name(const Scenario& scenario, std::string name) {
  while (is_used(scenario, name)) name += '_';
  return name;
}

TailCall call_of(const Scenario& scenario, std::size_t array, std::uint32_t index) {
  return {static_cast<std::uint16_t>(array % scenario.arrays.size()),
          {Constant{static_cast<std::int32_t>(index)}, {}}};
}

/// Two functions, each with a direct site where there is an array: sites that follow slots, in code that never
/// runs.
Program unreached_program(const Scenario& scenario, std::uint64_t choice) {
  Function main{free_name(scenario, "unreached"), 16, keep::r6, {{Evaluate{{CallValue{1}, {}}}}}};
  Function tail{"tail", 8, keep::r7, {}};
  if (!scenario.arrays.empty()) {
    main.body.push_back({call_of(scenario, choice, 0)});
    tail.body.push_back({call_of(scenario, choice / 16, 0)});
  }
  main.body.push_back({Return{{Constant{7}, {}}}});
  tail.body.push_back({Return{{Constant{3}, {}}}});
  return {{std::move(main), std::move(tail)}};
}

/// Where a call goes that was inserted at `at`: behind the sites of the statements before it.
std::uint32_t sites_before(const Block& body, std::size_t at) {
  return count_sites(Block(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(at)));
}

std::optional<Variant> refused_in(const Scenario& scenario, FunctionRef where, std::uint64_t choice) {
  Variant variant{.scenario = scenario, .kind = "refused call", .function = {}, .site = {}, .refused = {}};
  Scenario& changed = variant.scenario;
  if (changed.arrays.empty()) changed.arrays.push_back({free_name(scenario, "refuses"), 1, {}});
  const std::size_t array = choice % changed.arrays.size();
  Block& body = changed.programs[where.program].functions[where.function].body;
  const std::size_t at = choice / 16 % body.size();  // before the return at the latest
  const std::uint32_t before = sites_before(body, at);
  const auto beyond = static_cast<std::uint32_t>(choice / 4096 % 3);
  body.insert(body.begin() + static_cast<std::ptrdiff_t>(at),
              {call_of(changed, array, changed.arrays[array].size + beyond)});
  if (check_scenario(changed)) return std::nullopt;
  map_ids(scenario, 0, 0, variant);
  const Numbering numbering = number(changed);
  const std::uint32_t id = numbering.id(where);
  const std::uint32_t site = numbering.first_site[id] + before;
  for (std::uint32_t& mapped : variant.site) {
    // Those of this function that stand behind it; the functions after it were numbered anew.
    if (mapped >= site && mapped < numbering.first_site[id + 1]) ++mapped;
  }
  variant.refused = Variant::Refused{site, id, at == 0};
  return variant;
}

}  // namespace

std::optional<Variant> with_unreached_program(const Scenario& scenario, std::uint64_t choice) {
  if (scenario.programs.size() >= cap::programs) return std::nullopt;
  const auto at = static_cast<std::uint16_t>(choice / 256 % (scenario.programs.size() + 1));
  Variant variant{.scenario = scenario, .kind = "unreached program", .function = {}, .site = {}, .refused = {}};
  ProgramShift{at}(variant.scenario);
  variant.scenario.programs.insert(variant.scenario.programs.begin() + at, unreached_program(scenario, choice));
  if (check_scenario(variant.scenario)) return std::nullopt;
  map_ids(scenario, at, 1, variant);
  return variant;
}

std::optional<Variant> renamed(const Scenario& scenario, std::uint64_t) {
  Variant variant{.scenario = scenario, .kind = "renaming", .function = {}, .site = {}, .refused = {}};
  std::size_t number = 0;
  const auto rename = [&](std::string& name) {
    name = (name.starts_with("other") ? "another" : "other") + std::to_string(number++);
  };
  for (ArrayMap& map : variant.scenario.maps) rename(map.name);
  for (ProgArray& array : variant.scenario.arrays) rename(array.name);
  for (Program& program : variant.scenario.programs) {
    for (Function& function : program.functions) rename(function.name);
  }
  map_ids(scenario, 0, 0, variant);
  return variant;
}

std::optional<Variant> with_refused_call(const Scenario& scenario, std::uint64_t choice) {
  const Numbering numbering = number(scenario);
  for (std::uint32_t i = 0; i < numbering.functions; ++i) {
    const auto id = static_cast<std::uint32_t>((choice / 65536 + i) % numbering.functions);
    if (auto variant = refused_in(scenario, numbering.ref(id), choice)) return variant;
  }
  return std::nullopt;
}

std::uint64_t choice_of(const Scenario& scenario) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const std::uint8_t byte : encode_scenario(scenario)) hash = (hash ^ byte) * 1099511628211ULL;
  return hash;
}

}  // namespace tailbound::check
