#include "gen/generate.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "gen/body/body.hpp"
#include "gen/draft.hpp"
#include "gen/shape/shapes.hpp"

namespace tailbound::gen {

namespace {

/// Hierarchies are what the project is for.
constexpr std::array<Shape, shape_count> table = {
    Shape{"chain", "each program tail-calls the next, the last returns", 11, shape::chain},
    Shape{"cycle", "each program tail-calls the next, the last the first", 14, shape::cycle},
    Shape{"self-loop", "one program tail-calls itself from several places", 14, shape::self_loop},
    Shape{"fan-out", "one program tries many slots in turn", 12, shape::fan_out},
    Shape{"diamond", "two ways or more from one program to another, and perhaps back", 6, shape::diamond},
    Shape{"hierarchy", "subprograms called several times tail-call mains that do the same", 24,
          shape::hierarchy},
    Shape{"mixed", "random calls and random tail calls, from any function to any program", 10, shape::mixed},
    Shape{"sparse", "large arrays with few programs, indices from data", 9, shape::sparse},
};

const Shape& draw_shape(ByteSource& source, const ShapeWeights& weights) {
  std::uint32_t left = source.below(std::accumulate(weights.begin(), weights.end(), 0U));
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (left < weights[i]) return table[i];
    left -= weights[i];
  }
  return table.back();
}

/// Takes the first of comma-separated names off the list.
std::string_view take_name(std::string_view& list) {
  const std::size_t comma = std::min(list.find(','), list.size());
  const std::string_view name = list.substr(0, comma);
  list.remove_prefix(std::min(comma + 1, list.size()));
  return name;
}

std::string unknown_shape(std::string_view name) {
  std::string text = "unknown shape '" + std::string(name) + "', expected one of";
  for (const Shape& shape : table) text += " " + std::string(shape.name);
  return text;
}

/// Calls `use(index)` for each shape that the list names; false, and `fault`, for a name that is none.
template <class Use>
bool each_named(std::string_view list, std::string& fault, Use&& use) {
  while (!list.empty()) {
    const std::string_view name = take_name(list);
    const auto found = std::ranges::find(table, name, &Shape::name);
    if (found == table.end()) {
      fault = unknown_shape(name);
      return false;
    }
    use(static_cast<std::size_t>(found - table.begin()));
  }
  return true;
}

}  // namespace

std::span<const Shape, shape_count> shapes() { return table; }

const Shape* find_shape(std::string_view name) {
  const auto found = std::ranges::find(table, name, &Shape::name);
  return found == table.end() ? nullptr : &*found;
}

ShapeWeights default_weights() {
  ShapeWeights weights;
  std::ranges::transform(table, weights.begin(), &Shape::weight);
  return weights;
}

std::expected<ShapeWeights, std::string> select_shapes(std::string_view only, std::string_view without) {
  ShapeWeights weights = only.empty() ? default_weights() : ShapeWeights{};
  std::string fault;
  if (!each_named(only, fault, [&](std::size_t i) { weights[i] = table[i].weight; }))
    return std::unexpected(fault);
  if (!each_named(without, fault, [&](std::size_t i) { weights[i] = 0; })) return std::unexpected(fault);
  if (std::ranges::all_of(weights, [](std::uint32_t weight) { return weight == 0; })) {
    return std::unexpected("no shape is left to draw");
  }
  return weights;
}

bpf::Scenario generate(ByteSource& source, const Budget& budget, const Shape& shape) {
  thread_local DraftMemory memory;
  Draft draft(source, budget, memory);
  shape.draw(draft);
  draw_frames(draft);
  draw_maps(draft);
  draw_branches(draft);
  draw_noise(draft);
  draw_blocks(draft);
  draw_returns(draft);
  draw_second_array(draft);
  draw_twin(draft);
  draw_events(draft);
  draw_leaf(draft);
  return std::move(draft.scenario);
}

bpf::Scenario generate(ByteSource& source, const Plan& plan) {
  constexpr Budget large = large_budget();
  const std::uint32_t every = plan.budget.large_every;
  const bool is_large = every != 0 && source.below(every) == every - 1;
  const Shape& shape = draw_shape(source, plan.weights);
  return generate(source, is_large ? large : plan.budget, shape);
}

bpf::Scenario generate(ByteSource& source, const Budget& budget) { return generate(source, Plan(budget)); }

}  // namespace tailbound::gen
