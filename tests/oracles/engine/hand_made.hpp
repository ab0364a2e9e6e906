// Lowered scenarios written by hand, for tests of engines: a ledger, a pool, a map of cells and a prog_array.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <utility>
#include <vector>

#include "jit/bpf/lowered.hpp"
#include "jit/bpf/profile.hpp"
#include "oracles/engine/engine.hpp"

namespace tailbound::hand_made {

using Code = std::vector<bpf::Insn>;

inline constexpr std::int32_t ledger_map = 0, pool_map = 1, cells_map = 2, prog_array_map = 3;
inline constexpr std::uint32_t cell_count = 4, slot_count = 4;

inline Code joined(std::initializer_list<Code> parts) {
  Code all;
  for (const Code& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

inline Code load_value(bpf::Reg dst, std::uint64_t value) {
  return {bpf::build::imm64_low(dst, bpf::Imm64Kind::value, static_cast<std::int32_t>(value)),
          bpf::build::imm64_high(static_cast<std::int32_t>(value >> 32))};
}
inline Code load_map(bpf::Reg dst, std::int32_t map) {
  return {bpf::build::imm64_low(dst, bpf::Imm64Kind::map, map), bpf::build::imm64_high(0)};
}
inline Code load_map_value(bpf::Reg dst, std::int32_t map, std::int32_t offset) {
  return {bpf::build::imm64_low(dst, bpf::Imm64Kind::map_value, map), bpf::build::imm64_high(offset)};
}

inline bpf::LoweredMap array_map(const char* name, std::uint32_t value_size, std::uint32_t entries,
                                 std::vector<std::uint64_t> words = {}) {
  bpf::LoweredMap map;
  map.name = name;
  map.value_size = value_size;
  map.max_entries = entries;
  words.resize(std::size_t{value_size} / 8 * entries);
  map.words = std::move(words);
  return map;
}

inline bpf::LoweredMap prog_array(std::vector<bpf::Slot> slots) {
  bpf::LoweredMap map;
  map.kind = bpf::LoweredMap::Kind::prog_array;
  map.name = "progs";
  map.value_size = 4;
  map.max_entries = slot_count;
  map.slots = std::move(slots);
  return map;
}

inline bpf::Run run_of(std::uint16_t program) { return {program, {}}; }

/// One function a program as far as the record says; the events are one run of program 0.
inline bpf::Lowered lowered(std::vector<Code> programs, std::vector<bpf::Slot> slots = {}) {
  bpf::Lowered made;
  made.fuel = 100;
  made.seed = 42;
  made.ledger = {.functions = static_cast<std::uint32_t>(programs.size()), .sites = 1};
  made.maps = {array_map("ledger", made.ledger.words() * 8, 1), array_map("pool", 32, 1, {11, 22, 33, 44}),
               array_map("cells", 8 * cell_count, 1, {100, 200, 300, 400}), prog_array(std::move(slots))};
  made.first_array_map = cells_map;
  made.first_prog_array = prog_array_map;
  for (Code& code : programs) {
    bpf::Bytecode program;
    program.origin.resize(code.size());
    program.functions = {{.first_insn = 0, .end_insn = static_cast<std::uint32_t>(code.size())}};
    program.insns = std::move(code);
    made.programs.push_back(std::move(program));
  }
  made.events = {run_of(0)};
  return made;
}

/// What one run of program 0 shows on a fresh interpreter.
inline RunObservation observed(const bpf::Lowered& scenario,
                               const bpf::Profile& profile = bpf::profile_linux()) {
  const std::unique_ptr<engine::Engine> interpreter = engine::make_interpreter(profile);
  return interpreter->run_one(scenario).runs.at(0);
}
inline RunObservation observed(const Code& code) { return observed(lowered({code})); }

/// The same on one interpreter for all calls: what properties use.
inline const RunObservation& observed_again(const bpf::Lowered& scenario) {
  static const std::unique_ptr<engine::Engine> interpreter = engine::make_interpreter(bpf::profile_linux());
  return interpreter->run_one(scenario).runs.at(0);
}

}  // namespace tailbound::hand_made
