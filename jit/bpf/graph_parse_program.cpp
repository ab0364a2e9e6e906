// Programs, subprograms and blocks of the .graph text form.
#include <algorithm>

#include "jit/bpf/body.hpp"
#include "jit/bpf/graph_parser.hpp"
#include "jit/bpf/graph_words.hpp"

namespace tailbound::bpf::graph {
namespace {

constexpr std::uint64_t most_stack = 512;  // scenario.hpp: Function::stack

/// Subprograms of one program, under whatever limits.
std::size_t most_subprograms() {
  return std::ranges::max_element(all_limits(), {}, &Limits::functions)->functions - 1;
}

/// A body that does not return gives 0.
void end_in_return(Block& body) {
  hoist_last_else(body);
  if (!always_returns(body)) body.push_back({Return{Expr{Constant{0}, {}}}});
}

}  // namespace

void Parser::program() {
  in_.advance();
  const Token name = declare(names_.programs, 0, cap::programs, "program");
  if (in_.error()) return;
  names_.functions.emplace_back();
  scenario_.programs.emplace_back();
  places_.functions.emplace_back();
  open_function(name);
  body();
}

void Parser::subprogram() {
  in_.advance();
  const Token name = declare(names_.functions.back(), 1, most_subprograms(), "subprogram");
  if (in_.error()) return;
  const std::size_t around = open_;
  open_function(name);
  body();
  open_ = around;
}

void Parser::open_function(const Token& name) {
  std::vector<Function>& functions = scenario_.programs.back().functions;
  open_ = functions.size();
  functions.emplace_back().name = name.text;
  places_.functions.back().push_back(name.place);
}

void Parser::body() {
  in_.want("{");
  function_header();
  const bool is_main = open_ == 0;
  for (in_.skip_separators(); !in_.at("}") && !in_.done(); in_.skip_separators()) {
    if (is_main && in_.at("subprog")) {
      subprogram();
    } else {
      function().body.push_back(statement());
    }
  }
  in_.want("}");
  end_in_return(function().body);
}

void Parser::function_header() {
  bool stack_seen = false;
  bool keep_seen = false;
  for (in_.skip_separators(); in_.at_word(); in_.skip_separators()) {
    if (in_.at("stack")) {
      once("stack", stack_seen);
      stack_line();
    } else if (in_.at("keep")) {
      once("keep", keep_seen);
      keep_line();
    } else {
      return;
    }
  }
}

void Parser::stack_line() {
  in_.advance();
  function().stack = static_cast<std::uint16_t>(in_.want_number(0, most_stack));
  in_.want_end();
}

void Parser::keep_line() {
  in_.advance();
  do {
    const Word<std::uint8_t>* const kept = find_word(keep_words, in_.token().text);
    if (kept == nullptr) return in_.fail_here("r6, r7, r8 or r9");
    function().keep = static_cast<std::uint8_t>(function().keep | kept->value);
    in_.advance();
  } while (in_.at_word());
  in_.want_end();
}

Block Parser::block() {
  Block statements;
  in_.want("{");
  for (in_.skip_separators(); !in_.at("}") && !in_.done(); in_.skip_separators()) {
    statements.push_back(statement());
  }
  in_.want("}");
  return statements;
}

}  // namespace tailbound::bpf::graph
