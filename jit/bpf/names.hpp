// What a name may be, and the names that things get when they have none.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "jit/bpf/scenario.hpp"

namespace tailbound::bpf {

/// A word of the text form that is no name. `entry` and `tail` are names, wherever else they have a meaning.
bool is_keyword(std::string_view word);

/// An identifier of at most cap::name_length characters that is no keyword.
bool is_name(std::string_view name);

/// Canonical names, by position.
namespace canonical {
inline std::string program(std::size_t index) { return "p" + std::to_string(index); }
inline std::string subprogram(std::size_t index) { return "f" + std::to_string(index); }
inline std::string map(std::size_t index) { return "m" + std::to_string(index); }
inline std::string array(std::size_t index) { return "a" + std::to_string(index); }
}  // namespace canonical

/// A function as messages call it: `entry` for a main, `entry.tail` for its subprogram.
std::string name_of(const Scenario& scenario, FunctionRef function);

}  // namespace tailbound::bpf
