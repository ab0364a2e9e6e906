// The brackets of SMT-LIB text.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace tailbound::smt {

/// An atom, or a list.
struct Sexpr {
  bool is_list = false;
  std::string atom;
  std::vector<Sexpr> items;

  bool is(std::string_view text) const { return !is_list && atom == text; }
  bool is_call(std::string_view name, std::size_t args) const {
    return is_list && items.size() == args + 1 && items[0].is(name);
  }
};

/// All expressions of a text, in order; comments are left out. Error: which bracket, or too deep.
std::expected<std::vector<Sexpr>, std::string> read_sexprs(std::string_view text);

}  // namespace tailbound::smt
