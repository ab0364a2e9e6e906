#include "gen/extreme/deepest_stack.hpp"

#include <optional>
#include <string>
#include <utility>

namespace tailbound::gen {

namespace {

using namespace bpf;

constexpr std::uint8_t answer = 1;

Expr constant(std::int32_t value) { return {.first = Constant{value}, .rest = {}}; }
Statement call(std::uint32_t function) {
  return {Evaluate{{.first = CallValue{static_cast<std::uint16_t>(function)}, .rest = {}}}};
}

/// The spine is main, its callers' chain and the tail-calling function; the branch stands behind it.
class Shaped {
 public:
  Shaped(const StackShape& shape, std::string_view limits, std::uint32_t limit) : shape_(shape) {
    scenario_.limits = limits;
    scenario_.arrays.push_back({.name = "self", .size = 1, .slots = {{.index = 0, .program = 0}}});
    Program program;
    for (std::uint32_t f = 0; f <= shape.callers; ++f) program.functions.push_back(spine(f));
    for (std::uint32_t b = 0; b < shape.below; ++b) program.functions.push_back(below(b));
    scenario_.programs.push_back(std::move(program));
    scenario_.events.push_back(
        Run{.program = 0,
            .expectations = {{.kind = Expect::Kind::return_value, .function = {}, .cell = {}, .value = answer},
                             {.kind = Expect::Kind::tail_calls, .function = {}, .cell = {}, .value = limit}}});
  }

  Scenario take() { return std::move(scenario_); }

 private:
  std::uint32_t first_below() const { return shape_.callers + 1; }

  Function spine(std::uint32_t f) const {
    const std::string name = f == 0 ? "deep" : f == shape_.callers ? "tail" : "down" + std::to_string(f);
    Function function{.name = name, .stack = 0, .keep = 0, .body = {}};
    if (f == shape_.callers) function.body.push_back({TailCall{.array = 0, .index = constant(0)}});
    else function.body.push_back(call(f + 1));
    if (f == shape_.branch && shape_.below != 0) function.body.push_back(call(first_below()));
    function.body.push_back({Return{constant(answer)}});
    return function;
  }

  Function below(std::uint32_t b) const {
    Function function{.name = "below" + std::to_string(b + 1), .stack = 0, .keep = 0, .body = {}};
    if (b + 1 < shape_.below) function.body.push_back(call(first_below() + b + 1));
    function.body.push_back({Return{constant(answer)}});
    return function;
  }

  StackShape shape_;
  Scenario scenario_;
};

/// Raises one scenario's frames.
class Climb {
 public:
  Climb(const jit::StackCosts& costs, std::uint32_t limit) : costs_(costs), limit_(limit) {}

  /// Bytes of the bound; nothing where the record refuses the shape itself.
  std::optional<std::uint64_t> raise(Scenario& scenario) {
    if (check_scenario(scenario)) return std::nullopt;
    bytes_ = measured(scenario);
    const std::size_t count = scenario.programs[0].functions.size();
    for (std::size_t f = 0; f < count; ++f) {
      attempt(scenario, f, 0, [](Function& function) { function.keep = keep::all; });
    }
    // Main and its callers first: their bytes stay once for every tail call.
    for (std::size_t f = 0; f < count; ++f) {
      const std::uint16_t most = largest_stack(scenario, f);
      attempt(scenario, f, 0, [most](Function& function) { function.stack = most; });
    }
    for (std::size_t f = 0; f < count; ++f) attempt(scenario, f, 1, add_helper);
    return bytes_;
  }

 private:
  static void add_helper(Function& function) {
    function.body.insert(function.body.end() - 1, {HelperCall{.helper = Helper::random, .cell = {}}});
  }

  std::uint64_t measured(const Scenario& scenario) {
    lower(scenario, lowered_);
    bounds_.measure(lowered_, costs_, limit_);
    return bounds_.bytes();
  }

  /// Keeps the change where the bound rises by at least `gain`. Frames grow for a gain of 0 too: a path that is
  /// not the longest yet becomes so only once several of its frames have grown.
  template <class Change>
  void attempt(Scenario& scenario, std::size_t f, std::uint64_t gain, Change&& change) {
    Function before = scenario.programs[0].functions[f];
    change(scenario.programs[0].functions[f]);
    if (!check_scenario(scenario)) {
      if (const std::uint64_t bytes = measured(scenario); bytes >= bytes_ + gain) {
        bytes_ = bytes;
        return;
      }
    }
    scenario.programs[0].functions[f] = std::move(before);
  }

  /// The largest stack of `f` that is accepted with all else as it is; more stack never makes a scenario valid.
  static std::uint16_t largest_stack(Scenario& scenario, std::size_t f) {
    constexpr std::uint16_t most = 512;
    std::uint16_t& stack = scenario.programs[0].functions[f].stack;
    const std::uint16_t before = std::exchange(stack, 0);
    std::uint16_t best = 0;
    for (std::uint16_t step = most; step >= 8; step = static_cast<std::uint16_t>(step / 2)) {
      stack = static_cast<std::uint16_t>(best + step);
      if (stack <= most && !check_scenario(scenario)) best = stack;
    }
    stack = before;
    return best;
  }

  const jit::StackCosts& costs_;
  std::uint32_t limit_;
  Lowered lowered_;
  jit::StackBounds bounds_;
  std::uint64_t bytes_ = 0;
};

}  // namespace

DeepestStack deepest_stack(const Limits& limits, const jit::StackCosts& costs, std::uint32_t limit) {
  DeepestStack deepest;
  Climb climb(costs, limit);
  for (StackShape shape{}; shape.callers < limits.frames; ++shape.callers) {
    for (shape.branch = 0; shape.branch <= shape.callers; ++shape.branch) {
      for (shape.below = 0; shape.branch + 1 + shape.below <= limits.frames; ++shape.below) {
        Scenario scenario = Shaped(shape, limits.name, limit).take();
        const auto bytes = climb.raise(scenario);
        ++deepest.shapes;
        if (!bytes || *bytes <= deepest.bound.bytes) continue;
        deepest.shape = shape;
        deepest.bound.bytes = *bytes;
        deepest.scenario = std::move(scenario);
      }
    }
  }
  deepest.bound = jit::machine_stack_bound(lower(deepest.scenario), costs, limit);
  return deepest;
}

}  // namespace tailbound::gen
