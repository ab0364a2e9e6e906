// RapidCheck's view of scenarios: the generator's own, shrunk as scenarios and shown as .graph text. Included
// by tests alone, like RapidCheck itself; everything here is in this header.
#pragma once

#include <rapidcheck.h>

#include <ostream>
#include <utility>

#include "gen/generate.hpp"
#include "gen/mutate/mutate.hpp"
#include "gen/reduce/shrinks.hpp"
#include "jit/bpf/graph.hpp"

namespace tailbound::gen {

namespace rapidcheck {

/// Shrinks are made when they are asked for: most values pass and need none.
inline rc::Shrinkable<bpf::Scenario> shrinkable(bpf::Scenario scenario) {
  return rc::shrinkable::shrinkRecur(std::move(scenario), [](const bpf::Scenario& larger) {
    return rc::seq::fromContainer(shrinks_of(larger));
  });
}

}  // namespace rapidcheck

/// What `generate` draws. RapidCheck's random number is the seed, so its `reproduce=` line is enough to have
/// the scenario again, and its shrunk form.
inline rc::Gen<bpf::Scenario> any_scenario(const Budget& budget = {}) {
  return rc::Gen<bpf::Scenario>([budget](const rc::Random& random, int) {
    ByteSource source(rc::Random(random).next());
    return rapidcheck::shrinkable(generate(source, budget));
  });
}

/// The same after a few mutations: scenarios that no shape draws.
inline rc::Gen<bpf::Scenario> any_mutated_scenario(const Budget& budget = {}) {
  return rc::Gen<bpf::Scenario>([budget](const rc::Random& random, int) {
    ByteSource source(rc::Random(random).next());
    bpf::Scenario scenario = generate(source, budget);
    for (std::uint32_t n = source.between(1, 8); n > 0; --n) mutate(source, budget, scenario);
    return rapidcheck::shrinkable(std::move(scenario));
  });
}

}  // namespace tailbound::gen

namespace tailbound::bpf {

/// Found by RapidCheck by the argument's namespace.
inline void showValue(const Scenario& scenario, std::ostream& os) { os << print_graph(scenario); }

}  // namespace tailbound::bpf

template <>
struct rc::Arbitrary<tailbound::bpf::Scenario> {
  static Gen<tailbound::bpf::Scenario> arbitrary() { return tailbound::gen::any_scenario(); }
};
