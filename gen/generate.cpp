#include "gen/generate.hpp"

#include <array>

#include "gen/body/body.hpp"
#include "gen/shape/shapes.hpp"

namespace tailbound::gen {

namespace {

constexpr std::array<Shape, 5> table = {
    Shape{"chain", "each program tail-calls the next, the last returns", shape::chain},
    Shape{"cycle", "each program tail-calls the next, the last the first", shape::cycle},
    Shape{"fan-out", "one program tries many slots in turn", shape::fan_out},
    Shape{"hierarchy", "subprograms called several times tail-call mains that do the same", shape::hierarchy},
    Shape{"sparse", "large arrays with few programs, indices from data", shape::sparse},
};

/// In percent, by shape: hierarchies are what the project is for.
constexpr std::array<std::uint32_t, table.size()> weight = {10, 20, 20, 35, 15};

const Shape& draw_shape(ByteSource& source) {
  std::uint32_t left = source.below(100);
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (left < weight[i]) return table[i];
    left -= weight[i];
  }
  return table.back();
}

}  // namespace

std::span<const Shape> shapes() { return table; }

const Shape* find_shape(std::string_view name) {
  for (const Shape& shape : table) {
    if (shape.name == name) return &shape;
  }
  return nullptr;
}

bpf::Scenario generate(ByteSource& source, const Budget& budget, const Shape& shape) {
  bpf::Scenario scenario;
  shape.draw(source, budget, scenario);
  draw_frames(source, budget, scenario);
  draw_noise(source, scenario);
  draw_guards(source, scenario);
  draw_returns(source, scenario);
  draw_events(source, scenario);
  return scenario;
}

bpf::Scenario generate(ByteSource& source, const Budget& budget) {
  const Shape& shape = draw_shape(source);
  return generate(source, budget, shape);
}

}  // namespace tailbound::gen
