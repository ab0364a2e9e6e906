#include "oracles/check/oracle.hpp"

#include <algorithm>
#include <atomic>

#include "oracles/judge/hearing.hpp"

namespace tailbound {

namespace {

constexpr Property acceptance[] = {Property::acceptance};
constexpr Property prediction[] = {Property::prediction};
constexpr Property encoding[] = {Property::encoding};
constexpr Property ended[] = {Property::fault};
constexpr Property bound[] = {Property::bound};
constexpr Property frame[] = {Property::frame};
constexpr Property agreement[] = {Property::count,        Property::attempts, Property::fall_throughs,
                                  Property::entries,      Property::fuel,     Property::trace,
                                  Property::return_value, Property::live,     Property::cells};
constexpr Property engine_agreement[] = {Property::engine_agreement};
constexpr Property machine_stack[] = {Property::stack};
constexpr Property expectations[] = {Property::expectation};
constexpr Property path[] = {Property::path};
constexpr Property determinism[] = {Property::determinism};
constexpr Property independence[] = {Property::independence};

constexpr std::array<Oracle, oracle_count> table = {{
    {OracleId::acceptance, "acceptance", "a kernel's verifier takes every scenario that its limits record takes",
     When::always, acceptance, rulings::acceptance},
    {OracleId::encoding, "encoding",
     "LLVM's decoder reads the machine code back: instructions, branch targets, relocations and patch sites "
     "are "
     "where the image says",
     When::sampled, encoding, rulings::encoding},
    {OracleId::ended, "ended", "every run ends by itself: no fault, no time-out", When::always, ended,
     rulings::ended},
    {OracleId::prediction, "prediction",
     "an engine that hands the count over by value shows exactly what the model does when its calls hand over "
     "copies: every difference to the rule is explained",
     When::always, prediction, rulings::prediction},
    {OracleId::bound, "bound", "no context makes more than 33 tail calls", When::always, bound, rulings::bound},
    {OracleId::frame, "frame",
     "stack pointer, callee-saved registers and the words above the entry frame are after a run what they were "
     "before",
     When::always, frame, rulings::frame},
    {OracleId::agreement, "agreement",
     "every run does what the model does under the engine's profile: tail calls, attempts and fall-throughs by "
     "site, entries, order, fuel, return value, values that live across calls, map cells",
     When::always, agreement, rulings::agreement},
    {OracleId::engine_agreement, "engine-agreement",
     "any two engines of one profile show the same behaviour, whatever the model says", When::always,
     engine_agreement, rulings::engine_agreement},
    {OracleId::machine_stack, "machine-stack",
     "a run uses at most the machine stack that scenario and scheme can need, frame by frame added up",
     When::always, machine_stack, rulings::machine_stack},
    {OracleId::expectations, "expectations", "the `expect` lines of the file hold", When::on_request,
     expectations, rulings::expectations},
    {OracleId::path, "path",
     "the functions entered are a path over the programs: calls enter subprograms, tail calls what their slot "
     "may "
     "hold then",
     When::sampled, path, rulings::path},
    {OracleId::determinism, "determinism",
     "a compiler that has seen nothing else makes the same image of a program, and a second run shows the same",
     When::sampled, determinism, rulings::determinism},
    {OracleId::independence, "independence",
     "what must not matter does not: a program that nobody reaches, other names, one more refused tail call",
     When::sampled, independence, rulings::independence},
}};

constexpr bool in_order_of_ids() {
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (table[i].id != static_cast<OracleId>(i)) return false;
  }
  return true;
}
static_assert(in_order_of_ids());

}  // namespace

std::string_view text(WhyNot why) {
  switch (why) {
    case WhyNot::none: return "it judged";
    case WhyNot::unavailable: return "the engine could not take the scenario";
    case WhyNot::no_code: return "the engine shows no machine code";
    case WhyNot::not_measured: return "no machine stack was measured";
    case WhyNot::no_bound: return "the scheme bounds no machine stack";
    case WhyNot::no_peer: return "no other engine of its profile ran";
    case WhyNot::reference: return "it is what the other engines are held against";
    case WhyNot::not_asked: return "only run and replay ask for what a file expects";
    case WhyNot::nothing_expected: return "the file expects nothing";
    case WhyNot::unfinished: return "a run did not end by itself";
    case WhyNot::long_trace: return "a trace was longer than the ledger's ring, or out of fuel";
    case WhyNot::attachments: return "attachments start programs that no path tells of";
    case WhyNot::unasked: return "the interpreter was not asked: it checks one scenario in so many";
    case WhyNot::no_model: return "the model cannot walk an object's code";
    case WhyNot::no_room: return "a variant had no room within the limits";
    case WhyNot::refused: return "the verifier refused the scenario";
    case WhyNot::no_verifier: return "no verifier decides what the engine runs";
    case WhyNot::models_design: return "the engine is not known to count by value";
  }
  return "?";
}

std::string_view text(When when) {
  switch (when) {
    case When::always: return "every scenario";
    case When::sampled: return "sampled";
    case When::on_request: return "on request";
  }
  return "?";
}

std::span<const Oracle, oracle_count> oracles() { return table; }

const Oracle& oracle(OracleId id) { return table[static_cast<std::size_t>(id)]; }

const Oracle* find_oracle(std::string_view name) {
  const auto at = std::ranges::find(table, name, &Oracle::name);
  return at == table.end() ? nullptr : &*at;
}

void OracleCount::add(WhyNot why) {
  std::uint64_t& number = why == WhyNot::none ? judged : could_not[static_cast<std::size_t>(why)];
  // One writer: a relaxed load and store is an increment.
  const std::atomic_ref shared(number);
  shared.store(shared.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

void OracleCount::add_to(OracleCount& sum) const {
  // std::atomic_ref of what is const came with C++26.
  const auto read = [](const std::uint64_t& number) {
    return std::atomic_ref(const_cast<std::uint64_t&>(number)).load(std::memory_order_relaxed);
  };
  sum.judged += read(judged);
  for (std::size_t i = 0; i < why_nots; ++i) sum.could_not[i] += read(could_not[i]);
}

}  // namespace tailbound
