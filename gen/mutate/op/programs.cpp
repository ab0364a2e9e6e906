// Whole programs.
#include <utility>

#include "gen/mutate/draw.hpp"
#include "gen/mutate/op/ops.hpp"
#include "gen/mutate/place.hpp"
#include "gen/mutate/references.hpp"
#include "gen/mutate/slots.hpp"

namespace tailbound::gen::op {

using namespace bpf;

namespace {

/// Appends it and puts it where tail calls find it: into an empty slot, or in place of another program.
void join(Mutation& m, Program program) {
  const auto number = static_cast<std::uint16_t>(m.scenario.programs.size());
  program.functions.front().name.clear();  // repair gives one that is free
  m.scenario.programs.push_back(std::move(program));
  if (m.scenario.arrays.empty()) return;
  ProgArray& array = m.scenario.arrays[m.below(m.scenario.arrays.size())];
  const std::uint32_t drawn = m.source.below(array.size);
  const std::uint32_t empty = empty_slot_from(array, drawn);
  put_slot(array, empty == array.size || m.source.percent(40) ? drawn : empty, number);
}

bool room_for_program(const Mutation& m, std::size_t statements) {
  return m.scenario.programs.size() < m.bounds.programs &&
         statements_of(m.scenario) + statements <= m.bounds.statements;
}

Function draw_function(Mutation& m) {
  Function function{
      .name = {}, .stack = 0, .keep = static_cast<std::uint8_t>(m.source.below(keep::all + 1)), .body = {}};
  if (m.source.percent(40)) function.stack = static_cast<std::uint16_t>(m.source.between(1, 24));
  if (!m.scenario.arrays.empty() && m.source.percent(80)) {
    const std::uint16_t array = m.index_below(m.scenario.arrays.size());
    function.body.push_back({TailCall{array, draw_index(m, m.scenario.arrays[array])}});
  }
  function.body.push_back({Return{draw_value(m)}});
  return function;
}

}  // namespace

/// A main that tail-calls, or one with a subprogram that does.
bool add_program(Mutation& m) {
  if (!room_for_program(m, 6)) return false;
  Program program{{draw_function(m)}};
  if (m.source.percent(50)) {
    program.functions.push_back(draw_function(m));
    Block& body = program.functions.front().body;
    for (std::uint32_t calls = m.source.between(1, 2); calls > 0; --calls) {
      body.insert(body.begin(), Statement{Evaluate{call_value(1)}});
    }
  }
  join(m, std::move(program));
  return true;
}

bool copy_program(Mutation& m) {
  Program copy = m.scenario.programs[m.any_program()];
  if (!room_for_program(m, statements_of(copy))) return false;
  join(m, std::move(copy));
  return true;
}

bool drop_program(Mutation& m) {
  if (m.scenario.programs.size() < 2) return false;
  erase_program(m.scenario, m.any_program());
  return true;
}

/// One program's functions in the place of another's: the same body at two addresses.
bool copy_body(Mutation& m) {
  if (m.scenario.programs.size() < 2) return false;
  const std::uint16_t from = m.any_program();
  const std::size_t others = m.scenario.programs.size() - 1;
  const auto to = static_cast<std::size_t>(from + 1U + m.below(others)) % m.scenario.programs.size();
  const Program& copied = m.scenario.programs[from];
  Program& replaced = m.scenario.programs[to];
  const std::size_t before = statements_of(m.scenario);
  const std::size_t after = before - statements_of(replaced) + statements_of(copied);
  if (after > before && after > m.bounds.statements) return false;
  std::string name = replaced.name();
  replaced.functions = copied.functions;
  replaced.functions.front().name = std::move(name);
  return true;
}

}  // namespace tailbound::gen::op
