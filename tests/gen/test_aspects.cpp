// What a scenario may have besides its shape occurs, and often enough to be searched.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "gen/generate.hpp"
#include "jit/bpf/asm_loops.hpp"

namespace tailbound::test {

namespace {

using namespace bpf;

using Aspect = std::function<bool(const Scenario&)>;
struct Row {
  const char* name;
  std::uint32_t least;  // in 1,000 scenarios
  Aspect holds;
};

bool any_function(const Scenario& scenario, const std::function<bool(const Function&)>& holds) {
  return std::ranges::any_of(scenario.programs,
                             [&](const Program& p) { return std::ranges::any_of(p.functions, holds); });
}

template <class Kind>
bool any_statement(const Scenario& scenario, const std::function<bool(const Kind&)>& holds) {
  return any_function(scenario, [&](const Function& function) {
    bool found = false;
    const auto look = [&](const Statement& statement) {
      const auto* kind = std::get_if<Kind>(&statement.node);
      found |= kind != nullptr && holds(*kind);
    };
    visit(function.body, look, [](const Expr&) {});
    return found;
  });
}

template <class Event>
std::size_t count_events(const Scenario& scenario) {
  return static_cast<std::size_t>(std::ranges::count_if(
      scenario.events, [](const auto& event) { return std::holds_alternative<Event>(event); }));
}

bool out_of_range(const Scenario& s, const TailCall& call) {
  const auto* index = std::get_if<Constant>(&call.index.first);
  return index != nullptr && static_cast<std::uint32_t>(index->value) >= s.arrays[call.array].size;
}

bool same_bodies(const Program& a, const Program& b) {
  return std::ranges::equal(a.functions, b.functions, {}, &Function::body, &Function::body);
}

bool has_twin(const Scenario& s) {
  const auto& last = s.programs.back();
  return std::any_of(s.programs.begin(), s.programs.end() - 1,
                     [&](const Program& p) { return same_bodies(p, last); });
}

bool runs_several_programs(const Scenario& s) {
  return std::ranges::any_of(s.events, [](const Event& event) {
    const auto* run = std::get_if<Run>(&event);
    return run != nullptr && run->program != 0;
  });
}

bool on_return(const If& branch) { return std::holds_alternative<CallValue>(branch.left.first); }

const std::vector<Row> rows = {
    {"an empty slot", 100,
     [](const Scenario& s) {
       return std::ranges::any_of(s.arrays, [](const ProgArray& a) { return a.slots.size() < a.size; });
     }},
    {"a constant index out of range", 50,
     [](const Scenario& s) {
       return any_statement<TailCall>(s, [&](const TailCall& call) { return out_of_range(s, call); });
     }},
    {"an index from data", 200,
     [](const Scenario& s) {
       return any_statement<TailCall>(
           s, [](const TailCall& call) { return std::holds_alternative<Data>(call.index.first); });
     }},
    {"an index from a count", 30,
     [](const Scenario& s) {
       return any_statement<TailCall>(
           s, [](const TailCall& call) { return std::holds_alternative<Entries>(call.index.first); });
     }},
    {"two arrays", 80, [](const Scenario& s) { return s.arrays.size() > 1; }},
    {"the same body in two programs", 50, has_twin},
    {"several runs", 150, [](const Scenario& s) { return count_events<Run>(s) > 1; }},
    {"another program's run", 30, runs_several_programs},
    {"a slot change during runs", 40, [](const Scenario& s) { return count_events<AtEntry>(s) > 0; }},
    {"another program type", 80, [](const Scenario& s) { return s.type != ProgType::tc; }},
    {"an asm block", 80,
     [](const Scenario& s) { return any_statement<Asm>(s, [](const Asm&) { return true; }); }},
    {"a loop", 15,
     [](const Scenario& s) {
       return any_statement<Asm>(
           s, [](const Asm& block) { return walked_slots(block.insns) > block.insns.size(); });
     }},
    {"a branch on what a call returned", 20,
     [](const Scenario& s) { return any_statement<If>(s, on_return); }},
    {"an update", 50,
     [](const Scenario& s) {
       return any_statement<HelperCall>(s, [](const HelperCall& h) { return h.helper == Helper::update; });
     }},
    {"a stack that is no multiple of 8", 200,
     [](const Scenario& s) { return any_function(s, [](const Function& f) { return f.stack % 8 != 0; }); }},
    {"a stack of more than 256 bytes", 10,
     [](const Scenario& s) { return any_function(s, [](const Function& f) { return f.stack > 256; }); }},
    {"all kept registers", 150,
     [](const Scenario& s) {
       return any_function(s, [](const Function& f) { return f.keep == keep::all; });
     }},
};

TEST(Aspects, EveryOneOccurs) {
  constexpr std::uint64_t scenarios = 2000;
  std::vector<std::uint32_t> seen(rows.size());
  for (std::uint64_t n = 0; n < scenarios; ++n) {
    gen::ByteSource source(gen::scenario_seed(4, n));
    const Scenario scenario = gen::generate(source, {});
    for (std::size_t i = 0; i < rows.size(); ++i) seen[i] += rows[i].holds(scenario) ? 1 : 0;
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    RecordProperty(std::to_string(i), std::string(rows[i].name) + ": " + std::to_string(seen[i]));
    EXPECT_GE(seen[i], rows[i].least * scenarios / 1000) << rows[i].name;
  }
}

}  // namespace

}  // namespace tailbound::test
