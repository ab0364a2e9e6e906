// Small hands for building scenarios: names, references and statements without ceremony.
#pragma once

#include <cstdint>
#include <string>

#include "jit/bpf/scenario.hpp"

namespace tailbound::gen {

inline bpf::Expr constant(std::int32_t value) { return {bpf::Constant{value}, {}}; }
inline bpf::Expr data(std::uint64_t value) { return {bpf::Data{value}, {}}; }
inline bpf::Expr call_value(std::uint16_t function) { return {bpf::CallValue{function}, {}}; }
inline bpf::Statement call(std::uint16_t function) { return {bpf::Evaluate{call_value(function)}}; }
inline bpf::Statement tail_call(std::uint16_t array, bpf::Expr index) {
  return {bpf::TailCall{array, std::move(index)}};
}
inline bpf::Statement give_back(bpf::Expr value) { return {bpf::Return{std::move(value)}}; }

/// Appends a program p<n> whose main is empty; returns its index. Bodies get their return when they are filled.
std::uint16_t add_program(bpf::Scenario& scenario);
/// Appends f<n> to a program; returns its index.
std::uint16_t add_subprogram(bpf::Scenario& scenario, std::uint16_t program);
/// Appends an empty prog_array a<n>.
std::uint16_t add_array(bpf::Scenario& scenario, std::uint32_t size);
/// Slots keep their order; a slot that is there already gets the new program.
void fill_slot(bpf::ProgArray& array, std::uint32_t index, std::uint16_t program);

}  // namespace tailbound::gen
