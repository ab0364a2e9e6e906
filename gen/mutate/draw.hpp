// What a change puts in: values, indices and slot changes, mostly of things that the scenario has.
#pragma once

#include "gen/mutate/mutation.hpp"

namespace tailbound::gen {

inline bpf::Expr constant(std::int64_t value) { return {bpf::Constant{static_cast<std::int32_t>(value)}, {}}; }
inline bpf::Expr data(std::uint64_t value) { return {bpf::Data{value}, {}}; }
inline bpf::Expr call_value(std::uint16_t function) { return {bpf::CallValue{function}, {}}; }

/// A number, a cell, or what was counted; now and then two of them with an operator between. No call.
bpf::Expr draw_value(Mutation& mutation);
bpf::Operand draw_operand(Mutation& mutation);

/// A slot's number: one that is filled, any of the array, the first beyond it, or one of 32 bits and more.
std::uint64_t draw_slot(Mutation& mutation, const bpf::ProgArray& array);
/// An index for a tail call, as a constant, from data, or from state.
bpf::Expr draw_index(Mutation& mutation, const bpf::ProgArray& array);

/// A slot of some array gets a program or is emptied. There must be an array.
bpf::SetSlot draw_change(Mutation& mutation);

/// A number beside the one given, or one that is often special.
std::uint64_t draw_near(ByteSource& source, std::uint64_t value);

bpf::Compare draw_compare(ByteSource& source);

}  // namespace tailbound::gen
