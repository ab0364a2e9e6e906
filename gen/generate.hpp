// Seed in, scenario out; always valid by construction.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "gen/budget.hpp"
#include "gen/byte_source.hpp"
#include "jit/bpf/scenario.hpp"

namespace tailbound::gen {

class Draft;

/// A shape lays out programs, calls, tail calls and slots; bodies are filled in afterwards.
struct Shape {
  std::string_view name;
  std::string_view summary;
  std::uint32_t weight;  // of the reference mix, in percent
  void (*draw)(Draft&);
};
inline constexpr std::size_t shape_count = 8;
std::span<const Shape, shape_count> shapes();
const Shape* find_shape(std::string_view name);

/// Weight of each shape, in the order of shapes(); at least one is not 0.
using ShapeWeights = std::array<std::uint32_t, shape_count>;
ShapeWeights default_weights();
/// From comma-separated names: the shapes of `only` (empty: all) that are not in `without`. Error: one
/// sentence that names the unknown shape, or says that none is left.
std::expected<ShapeWeights, std::string> select_shapes(std::string_view only, std::string_view without);

/// What to draw.
struct Plan {
  explicit Plan(const Budget& size, const ShapeWeights& shapes = default_weights())
      : budget(size), weights(shapes) {}

  Budget budget;
  ShapeWeights weights;
};
bpf::Scenario generate(ByteSource& source, const Plan& plan);

/// All shapes, by their default weights.
bpf::Scenario generate(ByteSource& source, const Budget& budget);
/// One shape only, always of this budget.
bpf::Scenario generate(ByteSource& source, const Budget& budget, const Shape& shape);

}  // namespace tailbound::gen
