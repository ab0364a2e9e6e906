// T7: how the prologue of the `pointer` scheme tells what rax holds: a count, or the address of one.
#include <fmt/format.h>

#include "oracles/model/machine_world.hpp"
#include "oracles/proof/obligation.hpp"
#include "oracles/proof/term_world.hpp"

namespace tailbound::proof {

namespace {

enum class Compare { above, at_or_above, above_in_32_bits };

struct MachineBits : model::MachineWorld {
  static Value low_half(Value a) { return a & UINT32_MAX; }
};

/// cmp rax, 33; ja: what is above is an address.
template <class World>
typename World::Bool is_address(World& world, const typename World::Value& rax, Compare compare) {
  const auto limit = world.number(bpf::max_tail_call_cnt);
  switch (compare) {
    case Compare::above: return world.less(limit, rax);
    case Compare::at_or_above: return world.negate(world.less(rax, limit));
    case Compare::above_in_32_bits: return world.less(limit, world.low_half(rax));
  }
  return world.less(limit, rax);
}

/// mmap_min_addr at its default; a kernel's stack lies far above.
constexpr std::uint64_t lowest_address = 0x10000;

Claim claim_of(Compare compare) {
  TermWorld world(Sort::bits);
  const Term count = smt::variable(Sort::bits, "count"), address = smt::variable(Sort::bits, "address");
  const Term given_address = smt::variable(Sort::truth, "given_address");
  const Term rax = smt::select(given_address, address, count);
  return {{smt::at_most(count, smt::bits(bpf::max_tail_call_cnt)),
           smt::at_most(smt::bits(lowest_address), address),
           smt::equal(smt::bit_and(address, smt::bits(7)), smt::bits(0))},
          smt::equal(is_address(world, rax, compare), given_address)};
}

Replay replay_compare(Compare compare, const smt::Model& model) {
  MachineBits machine;
  const bool given_address = model.at("given_address") != 0;
  const std::uint64_t rax = model.at(given_address ? "address" : "count");
  const bool right = is_address(machine, rax, Compare::above) == given_address;
  const bool wrong = is_address(machine, rax, compare) != given_address;
  return {right && wrong,
          fmt::format("rax {:#x} is {} and is taken for {}", rax, given_address ? "an address" : "a count",
                      wrong == given_address ? "a count" : "an address"),
          {}};
}

Variant variant(Compare compare, const char* name, const char* what) {
  const Claim claim = claim_of(compare);
  smt::Script script{"QF_BV", claim.given};
  script.assertions.push_back(smt::negate(claim.follows));
  return {name, what, smt::print(script, fmt::format("wrong on purpose: {}", what), "sat"),
          [compare](const smt::Model& model) { return replay_compare(compare, model); }};
}

}  // namespace

std::vector<Obligation> value_or_pointer() {
  const Claim claim = claim_of(Compare::above);
  Obligation made;
  made.id = "T7.value-or-pointer";
  made.statement = "rax above 33 is an address and rax up to 33 a count";
  made.assumptions = {"no stack lies below 65536, and cells are aligned to 8",
                      "a count that travels in rax is at most 33 (T1.bound)"};
  made.goal = goal_query(claim, "QF_BV", heading(made));
  made.vacuity = vacuity_query(claim, "QF_BV", made.id + " without its negated goal");
  made.variants = {variant(Compare::at_or_above, "at-or-above", "33 itself is taken for an address"),
                   variant(Compare::above_in_32_bits, "32-bit-compare", "only the low half is compared")};
  return {made};
}

}  // namespace tailbound::proof
