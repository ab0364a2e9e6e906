// How scenarios turned out: how many fell into each row. Kept with every run, shown on demand.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "oracles/judge/judge.hpp"

namespace tailbound::fuzz {

enum class Table : std::uint8_t { tail_calls, outcome, machine_stack };
inline constexpr std::size_t tables = 3;
inline constexpr std::size_t most_rows = 9;

/// Names of a table's rows, top to bottom, and its title.
std::span<const std::string_view> rows(Table table);
std::string_view title(Table table);

/// By table and row; unused rows stay zero.
template <class Number>
using RowsOf = std::array<std::array<Number, most_rows>, tables>;
using Histogram = RowsOf<std::uint64_t>;

/// The rows that the judge's last scenario falls into, as bits by table. Only `outcome` can have several.
std::array<std::uint32_t, tables> rows_of(const Judge& judge, const Judgement& judgement);

/// Tables side by side where `columns` allow, with bars, each line at most `columns` long; empty when nothing was
/// counted. `scenarios`: what the shares are of.
std::string draw(const Histogram& histogram, std::uint64_t scenarios, std::size_t columns);

}  // namespace tailbound::fuzz
