// The closed form: a function entered with a given count always does the same, so each pair of function and
// count is worked out once: at most (limit + 1) * functions bodies, however many entries they stand for.
#include "oracles/model/closed_form.hpp"

#include <gmpxx.h>

#include <algorithm>
#include <map>
#include <utility>
#include <variant>

#include "oracles/model/arithmetic.hpp"
#include "oracles/model/known_state.hpp"
#include "oracles/model/machine_world.hpp"

namespace tailbound::model {

namespace {

using bpf::FunctionRef;
using bpf::Match;

/// Each tail call raises the count, so frames nest this many times the call depth of a program.
constexpr std::uint32_t largest_limit = 256;

struct Totals {
  mpz_class taken, entries, refused;

  void operator+=(const Totals& other) {
    taken += other.taken;
    entries += other.entries;
    refused += other.refused;
  }
};

/// What entering one function with one count leads to, in all.
struct Effect {
  Totals totals;
  std::uint64_t count = 0;  // in its cell, when it has returned
  Known value;
};

/// A body as it runs: so far, and its result once it has ended.
struct Body {
  FunctionRef function;
  MachineWorld::Ref cell = 0;
  Totals totals;
  std::optional<Known> result;
};

class Counting {
 public:
  Counting(const bpf::Scenario& scenario, const KnownState& state, Discipline discipline,
           const bpf::Profile& profile)
      : scenario_(scenario),
        state_(state),
        limit_(profile.limit),
        rule_{world_, discipline, MachineRule::numbers_of(world_, profile)},
        numbering_(bpf::number(scenario)) {}

  Totals enter_from_outside(std::uint16_t program) {
    return enter({program, 0}, world_.load(rule_.open_context())).totals;
  }

  /// Why the totals mean nothing; empty when they do.
  const std::string& incomparable() const { return incomparable_; }

 private:
  /// Beyond the limit all counts are alike: every attempt in range is refused.
  const Effect& enter(FunctionRef function, std::uint64_t count) {
    const std::uint64_t seen = std::min(count, limit_);
    const std::pair key(numbering_.id(function), seen);
    const auto known = memo_.find(key);
    return known != memo_.end() ? known->second : memo_.emplace(key, work_out(function, seen)).first->second;
  }

  Effect work_out(FunctionRef function, std::uint64_t count) {
    const std::size_t cells = world_.mark();
    Body body{.function = function, .cell = world_.fresh(count), .totals = {}, .result = std::nullopt};
    body.totals.entries = 1;
    walk(body, scenario_.programs[function.program].functions[function.function].body);
    const std::uint64_t left = std::min(world_.load(body.cell), limit_);
    Effect effect{std::move(body.totals), left, body.result.value_or(Known{})};
    world_.forget_after(cells);
    return effect;
  }

  void walk(Body& body, const bpf::Block& block) {
    for (const bpf::Statement& statement : block) {
      if (body.result || !incomparable_.empty()) return;
      std::visit([&](const auto& s) { walk(body, s); }, statement.node);
    }
  }

  void walk(Body& body, const bpf::Evaluate& s) { evaluate(body, s.value); }
  void walk(Body& body, const bpf::StoreCell& s) { evaluate(body, s.value); }
  void walk(Body& body, const bpf::HelperCall&) { body.cell = rule_.helper_call(body.cell); }
  void walk(Body&, const bpf::Asm&) {}
  void walk(Body& body, const bpf::Return& s) { body.result = evaluate(body, s.value); }

  void walk(Body& body, const bpf::If& s) {
    const auto left = demand(evaluate(body, s.left), "a condition");
    if (left) walk(body, holds(s.compare, *left, sign_extended(s.right)) ? s.then_block : s.else_block);
  }

  void walk(Body& body, const bpf::TailCall& s) {
    const auto full_index = demand(evaluate(body, s.index), "a tail call's index");
    if (!full_index) return;
    const auto index = static_cast<std::uint32_t>(*full_index);
    const std::optional<std::uint16_t> target = state_.program_at(s.array, index);
    const auto outcome = rule_.attempt(body.cell, index, scenario_.arrays[s.array].size, target.has_value());
    if (!outcome.taken) {
      body.totals.refused += 1;
      return;
    }
    body.totals.taken += 1;
    body.cell = rule_.tail_call(body.cell);
    body.result = pass_through(body, body.cell, {*target, 0});
  }

  /// Adds all that the function does when it runs on that cell, and leaves the count there as it leaves it.
  Known pass_through(Body& body, MachineWorld::Ref cell, FunctionRef function) {
    const Effect& effect = enter(function, world_.load(cell));
    body.totals += effect.totals;
    world_.store(cell, effect.count);
    return effect.value;
  }

  Known call(Body& body, std::uint16_t function) {
    const MachineWorld::Ref callee = rule_.call(body.cell);
    const Known value = pass_through(body, callee, {body.function.program, function});
    body.cell = rule_.return_to(body.cell, callee);
    return value;
  }

  Known evaluate(Body& body, const bpf::Expr& expr) {
    Known value = operand(body, expr.first);
    for (const bpf::ExprTerm& term : expr.rest) {
      const Known right = operand(body, term.operand);
      value = combine(term.op, value, right);
    }
    return value;
  }

  Known operand(Body& body, const bpf::Operand& operand) {
    return std::visit(Match{
                          [&](const bpf::Constant& o) { return Known{sign_extended(o.value), nullptr}; },
                          [&](const bpf::Data& o) { return Known{o.value, nullptr}; },
                          [&](const bpf::Cell& o) { return state_.cell(o.cell); },
                          [&](const bpf::Entries&) { return Known{0, "how often a function was entered"}; },
                          [&](const bpf::CallValue& o) { return call(body, o.function); },
                      },
                      operand);
  }

  /// The value that control flow needs. Where it is not known, all bodies end here.
  std::optional<std::uint64_t> demand(const Known& known, const char* what) {
    if (known.unknown == nullptr) return known.value;
    incomparable_ = std::string(what) + " depends on " + known.unknown;
    return std::nullopt;
  }

  const bpf::Scenario& scenario_;
  const KnownState& state_;
  std::uint64_t limit_;
  MachineWorld world_;
  MachineRule rule_;
  bpf::Numbering numbering_;
  std::map<std::pair<std::uint32_t, std::uint64_t>, Effect> memo_;  // by function id and count
  std::string incomparable_;
};

BigCount big(const mpz_class& value) {
  BigCount count{value.get_str(), std::nullopt};
  static_assert(sizeof(unsigned long) == sizeof(std::uint64_t));
  if (value.fits_ulong_p()) count.small = value.get_ui();
  return count;
}

}  // namespace

std::expected<ClosedForm, std::string> closed_form(const bpf::Scenario& scenario, std::size_t run,
                                                   Discipline discipline, const bpf::Profile& profile) {
  const auto refuse = [](const std::string& why) { return std::unexpected("incomparable: " + why); };
  if (profile.limit > largest_limit) {
    return refuse("the profile's limit is above " + std::to_string(largest_limit));
  }
  const auto state = KnownState::before(scenario, run);
  if (!state) return refuse(state.error());
  Counting counting(scenario, *state, discipline, profile);
  const Totals totals = counting.enter_from_outside(state->program());
  if (!counting.incomparable().empty()) return refuse(counting.incomparable());
  return ClosedForm{big(totals.taken), big(totals.entries), big(totals.refused)};
}

}  // namespace tailbound::model
