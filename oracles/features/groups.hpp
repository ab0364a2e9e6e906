// The counters by name: groups, each over a few axes whose places have names.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace tailbound::features {

using Axis = std::span<const std::string_view>;

namespace axis {

template <std::size_t n>
using Names = std::array<std::string_view, n>;

inline constexpr Names<4> kind = {"taken", "out of range", "at limit", "empty"};
inline constexpr Names<2> direct = {"direct", "indirect"};
inline constexpr Names<2> place = {"in main", "in a subprogram"};
inline constexpr Names<7> count = {"count 0",    "count 1",     "count 2-3",        "count 4-7",
                                   "count 8-15", "count 16-32", "count 33 and more"};
inline constexpr Names<7> forgotten = {"nothing forgotten",   "1 forgotten",    "2-3 forgotten",
                                       "4-7 forgotten",       "8-15 forgotten", "16-32 forgotten",
                                       "33 or more forgotten"};
inline constexpr Names<8> depth = {"depth 1",   "depth 2",   "depth 3",    "depth 4",
                                   "depth 5-6", "depth 7-8", "depth 9-16", "depth 17 and more"};
inline constexpr Names<4> after = {"after taken", "after out of range", "after at limit", "after empty"};
inline constexpr Names<3> where = {"same site", "same function", "other function"};
inline constexpr Names<3> holds = {"slot of its own program", "slot of another program", "slot empty"};
inline constexpr Names<3> changed = {"as at start", "changed between runs", "changed during a run"};
inline constexpr Names<5> stack_class = {"no stack", "multiple of 8", "multiple of 4", "multiple of 2", "odd"};
inline constexpr Names<7> stack = {"stack 0",      "stack 1-8",     "stack 9-32",        "stack 33-64",
                                   "stack 65-128", "stack 129-256", "stack 257 and more"};
inline constexpr Names<7> target_stack = {"target 0",           "target 1-8",    "target 9-32",
                                          "target 33-64",       "target 65-128", "target 129-256",
                                          "target 257 and more"};
inline constexpr Names<3> tail_calls = {"no attempt", "all refused", "some taken"};
inline constexpr Names<16> keep = {"keeps none",  "keeps r6",       "keeps r7",       "keeps r6 r7",
                                   "keeps r8",    "keeps r6 r8",    "keeps r7 r8",    "keeps r6 r7 r8",
                                   "keeps r9",    "keeps r6 r9",    "keeps r7 r9",    "keeps r6 r7 r9",
                                   "keeps r8 r9", "keeps r6 r8 r9", "keeps r7 r8 r9", "keeps all"};
inline constexpr Names<2> calls = {"calls nothing", "calls"};
inline constexpr Names<5> caller = {"caller keeps 0", "caller keeps 1", "caller keeps 2", "caller keeps 3",
                                    "caller keeps 4"};
inline constexpr Names<5> callee = {"callee keeps 0", "callee keeps 1", "callee keeps 2", "callee keeps 3",
                                    "callee keeps 4"};
inline constexpr Names<10> before = {
    "first",          "after a call",    "after a tail call", "after random",       "after time",
    "after a lookup", "after an update", "after a store",     "after an asm block", "after an if"};
inline constexpr Names<4> statement = {"call", "tail call", "return", "if"};
inline constexpr Names<5> operand = {"constant", "data", "cell", "entries", "call"};
inline constexpr Names<2> terms = {"alone", "with operators"};
inline constexpr Names<5> use = {"dropped", "returned", "stored", "compared", "index of a tail call"};
inline constexpr Names<2> change = {"fills a slot", "empties a slot"};
inline constexpr Names<4> times = {"once", "twice", "3 times", "4 times and more"};
inline constexpr Names<4> run = {"run 1", "run 2", "run 3", "a later run"};
inline constexpr Names<8> amount = {"0", "1", "2-3", "4-7", "8-15", "16-32", "33", "34 and more"};
inline constexpr Names<9> size = {"0", "1", "2", "3-4", "5-8", "9-16", "17-32", "33-64", "65 and more"};
inline constexpr Names<6> part = {"programs", "functions", "tail-call sites", "prog_arrays", "maps", "events"};
inline constexpr Names<11> compare = {"==", "!=", ">", ">=", "<", "<=", "&", "s>", "s>=", "s<", "s<="};

}  // namespace axis

/// In the order of the table.
enum class Of : std::uint8_t {
  attempt,
  depth,
  forgotten,
  count_and_depth,
  pair,
  slot,
  index,
  target,
  frame,
  keep,
  pressure,
  order,
  returned,
  value,
  guard,
  at_entry,
  fuel,
  tail_calls,
  size,
};

struct Group {
  std::string_view name;
  std::array<Axis, 4> axes;

  constexpr std::size_t places() const {
    std::size_t product = 1;
    for (const Axis& axis : axes) product *= axis.empty() ? 1 : axis.size();
    return product;
  }
};

inline constexpr auto groups = std::to_array<Group>({
    {"attempt", {axis::kind, axis::direct, axis::place, axis::count}},
    {"depth of an attempt", {axis::kind, axis::place, axis::depth}},
    {"attempt after calls that took tail calls", {axis::kind, axis::place, axis::forgotten}},
    {"attempt", {axis::count, axis::depth}},
    {"attempts in a row", {axis::after, axis::kind, axis::where}},
    {"slot", {axis::holds, axis::changed, axis::direct, axis::place}},
    {"index", {axis::operand, axis::terms, axis::kind}},
    {"taken", {axis::stack, axis::target_stack, axis::place}},
    {"frame", {axis::stack_class, axis::stack, axis::tail_calls, axis::place}},
    {"registers", {axis::keep, axis::calls, axis::tail_calls, axis::place}},
    {"registers of a call", {axis::caller, axis::callee, axis::tail_calls}},
    {"order", {axis::statement, axis::before, axis::place}},
    {"return", {axis::operand, axis::terms, axis::tail_calls, axis::place}},
    {"value of a call", {axis::use, axis::tail_calls, axis::place}},
    {"guard", {axis::operand, axis::compare}},
    {"change at an entry", {axis::change, axis::times, axis::place}},
    {"out of fuel", {axis::run}},
    {"tail calls of a run", {axis::amount, axis::run}},
    {"size", {axis::part, axis::size}},
});

/// The first counter of a group; of one past the last: how many there are.
constexpr std::size_t first_of(std::size_t group) {
  std::size_t first = 0;
  for (std::size_t g = 0; g < group; ++g) first += groups[g].places();
  return first;
}
inline constexpr std::size_t counters_in_use = first_of(groups.size());

/// The counter of a group at these places of its axes.
template <Of of>
constexpr std::size_t counter(std::size_t a, std::size_t b = 0, std::size_t c = 0, std::size_t d = 0) {
  constexpr auto number = static_cast<std::size_t>(of);
  constexpr std::size_t first = first_of(number);
  constexpr auto length = [](std::size_t axis) {
    const Axis places = groups[number].axes[axis];
    return places.empty() ? std::size_t{1} : places.size();
  };
  return first + ((a * length(1) + b) * length(2) + c) * length(3) + d;
}

}  // namespace tailbound::features
