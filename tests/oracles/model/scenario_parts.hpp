// Short words for building scenarios by hand and for reading what they showed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "jit/bpf/scenario.hpp"
#include "oracles/observation.hpp"

namespace tailbound::model::testing {

inline bpf::Expr constant(std::int32_t value) { return {bpf::Constant{value}, {}}; }
inline bpf::Expr data(std::uint64_t value) { return {bpf::Data{value}, {}}; }
inline bpf::Expr entries(std::uint16_t program, std::uint16_t function = 0) {
  return {bpf::Entries{{program, function}}, {}};
}
inline bpf::Expr cell(std::uint16_t index) { return {bpf::Cell{{0, index}}, {}}; }
inline bpf::Expr value_of_call(std::uint16_t function) { return {bpf::CallValue{function}, {}}; }

inline bpf::Statement call(std::uint16_t function) { return {bpf::Evaluate{value_of_call(function)}}; }
inline bpf::Statement tail_call(bpf::Expr index, std::uint16_t array = 0) {
  return {bpf::TailCall{array, std::move(index)}};
}
inline bpf::Statement tail_call(std::int32_t index, std::uint16_t array = 0) {
  return tail_call(constant(index), array);
}
inline bpf::Statement give(bpf::Expr value) { return {bpf::Return{std::move(value)}}; }
inline bpf::Statement give(std::int32_t value) { return give(constant(value)); }

inline bpf::Function function(std::string name, bpf::Block body) {
  return {std::move(name), 0, 0, std::move(body)};
}
inline bpf::Event run(std::uint16_t program) { return bpf::Run{program, {}}; }

/// A main that calls a subprogram `calls` times, and the subprogram tail-calls the main.
inline bpf::Scenario hierarchy(std::uint32_t calls) {
  bpf::Scenario made;
  made.arrays = {{"jmp_table", 1, {{0, 0}}}};
  bpf::Block body(calls, call(1));
  body.push_back(give(1));
  made.programs = {{{function("entry", body), function("tail", {tail_call(0), give(0)})}}};
  made.events = {run(0)};
  return made;
}

/// How often a run entered a function.
inline std::uint64_t entries_of(const Observation& seen, std::size_t run, std::uint32_t function_id) {
  return seen.runs[run].ledger[seen.layout.entry(function_id)];
}

}  // namespace tailbound::model::testing
