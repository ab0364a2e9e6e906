// The words and signs of the .graph text form that stand for an enum's values: one list for printer and parser.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "jit/bpf/scenario.hpp"

namespace tailbound::bpf::graph {

template <class Value>
struct Word {
  std::string_view text;
  Value value;
};

inline constexpr std::array<Word<ProgType>, 3> type_words{
    {{"socket_filter", ProgType::socket_filter}, {"tc", ProgType::tc}, {"xdp", ProgType::xdp}}};

inline constexpr std::array<Word<AttachKind>, 3> attach_words{
    {{"fentry", AttachKind::fentry}, {"fexit", AttachKind::fexit}, {"freplace", AttachKind::freplace}}};

inline constexpr std::array<Word<Helper>, 4> helper_words{
    {{"lookup", Helper::lookup}, {"update", Helper::update}, {"time", Helper::time}, {"random", Helper::random}}};

inline constexpr std::array<Word<ExprOp>, 8> operator_words{{
    {"+", ExprOp::add},
    {"-", ExprOp::sub},
    {"*", ExprOp::mul},
    {"&", ExprOp::bit_and},
    {"|", ExprOp::bit_or},
    {"^", ExprOp::bit_xor},
    {"<<", ExprOp::lsh},
    {">>", ExprOp::rsh},
}};

inline constexpr std::array<Word<Compare>, 11> compare_words{{
    {"==", Compare::eq},
    {"!=", Compare::ne},
    {">", Compare::gt},
    {">=", Compare::ge},
    {"<", Compare::lt},
    {"<=", Compare::le},
    {"&", Compare::set},
    {"s>", Compare::sgt},
    {"s>=", Compare::sge},
    {"s<", Compare::slt},
    {"s<=", Compare::sle},
}};

inline constexpr std::array<Word<std::uint8_t>, 4> keep_words{
    {{"r6", keep::r6}, {"r7", keep::r7}, {"r8", keep::r8}, {"r9", keep::r9}}};

inline constexpr std::array<Word<std::uint64_t>, 2> fuel_words{{{"no", 0}, {"yes", 1}}};

template <class Value, std::size_t N>
constexpr const Word<Value>* find_word(const std::array<Word<Value>, N>& words, std::string_view text) {
  for (const Word<Value>& each : words) {
    if (each.text == text) return &each;
  }
  return nullptr;
}

template <class Value, std::size_t N>
constexpr std::string_view word_of(const std::array<Word<Value>, N>& words, Value value) {
  for (const Word<Value>& each : words) {
    if (each.value == value) return each.text;
  }
  return {};
}

}  // namespace tailbound::bpf::graph
