// The parser of .graph text: one class, its rules in graph_parse_*.cpp, one file an idea.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "jit/bpf/error.hpp"
#include "jit/bpf/graph_reader.hpp"
#include "jit/bpf/limits.hpp"
#include "jit/bpf/scenario.hpp"

namespace tailbound::bpf::graph {

using NameTable = std::map<std::string_view, std::uint16_t>;

/// What a file declares, wherever in it.
struct Names {
  NameTable maps;
  NameTable arrays;
  NameTable programs;
  std::vector<NameTable> functions;  // subprograms by program; index 0 is main, which has no name of its own
  std::vector<std::uint32_t> cells;  // by map
  std::vector<std::uint32_t> slots;  // by array
};

/// Where things were declared, for faults that only show in the whole.
struct Places {
  std::vector<std::vector<Place>> functions;  // by program
  std::vector<Place> events;
  Place of(const Violation& violation) const;
};

/// Names may be used before they are declared, so a text is read twice: the first pass (`known` is null)
/// collects names and takes every reference for granted, the second looks references up. Both are the same
/// rules, so what one numbers the other finds.
class Parser {
 public:
  Parser(std::string_view text, const Names* known) : in_(text), known_(known) {}

  void parse();
  /// Event lines, fuel and seed alone.
  void parse_events(const Scenario& names);
  const std::optional<ParseError>& error() const { return in_.error(); }
  const Names& names() const { return names_; }
  const Places& places() const { return places_; }
  Scenario& scenario() { return scenario_; }

 private:
  template <class Result>
  struct Rule {
    std::string_view keyword;
    Result (Parser::*parse)();
  };

  /// The first of the rules whose keyword stands here; else the text is at fault, for `expected`.
  void apply(std::span<const Rule<void>> rules, std::string_view expected);

  // graph_parse.cpp: the file as a whole, and names
  void declaration();
  /// Takes a new name, numbered from `first`.
  Token declare(NameTable& table, std::size_t first, std::size_t most, std::string_view kind);
  std::uint16_t find(NameTable Names::*table, std::string_view kind);
  std::uint16_t look_up(NameTable Names::*table, std::string_view kind, const Token& name);
  std::uint16_t find_subprogram(std::uint16_t program);
  std::uint16_t program_name();
  FunctionRef function_name();
  /// `name[number]`: whether that is a cell or a slot may only show later.
  struct Element {
    Token name;
    Token index;
  };
  Element element(std::string_view kind);
  CellRef as_cell(const Element& element);
  SetSlot as_empty_slot(const Element& element);
  CellRef cell_name() { return as_cell(element("map")); }

  // graph_parse_header.cpp: header lines, maps, prog_arrays
  void once(std::string_view keyword, bool& seen);
  void type_line();
  void limits_line();
  void fuel_line();
  void seed_line();
  /// Maps and prog_arrays are all maps to the kernel: one scope.
  Token declare_map(NameTable& table, std::size_t most, std::string_view kind);
  void map();
  void array();
  /// `{ index: item, … }`; `item(index)` reads what follows the colon.
  template <class Item>
  void table(std::uint32_t size, Item item);

  // graph_parse_program.cpp: programs, functions, blocks
  void program();
  void subprogram();
  void open_function(const Token& name);
  void function_header();
  void stack_line();
  void keep_line();
  Function& function() { return scenario_.programs.back().functions[open_]; }
  void body();
  Block block();

  // graph_parse_statement.cpp
  Statement statement();
  Statement call_statement();
  Statement eval_statement();
  Statement tail_call();
  Statement helper_call();
  Statement store();
  Statement if_statement();
  Statement asm_block();
  Statement return_statement();
  void check_indirect(const TailCall& call);

  // graph_parse_expr.cpp
  Expr expr();
  Operand operand();
  ExprTerm term(ExprOp op);
  std::optional<ExprOp> take_operator();
  std::optional<Compare> take_comparison();
  void condition(If& into);
  Entries entries_operand();
  CallValue call_operand();

  // graph_parse_event.cpp
  void add_event(Event event, Place place);
  void run_event();
  void set_event();
  void delete_event();
  void at_entry_event();
  void attach_event();
  void detach_event();
  SetSlot set_slot(const Element& slot);
  SetSlot empty_slot() { return as_empty_slot(element("array")); }
  SetSlot slot_change();
  void expect_line();
  Expect expectation();
  Expect expect_return();
  Expect expect_entries();
  Expect expect_tail_calls();
  Expect expect_refused();
  Expect expect_cell();
  Expect expect_out_of_fuel();
  std::uint64_t want_count();

  Reader in_;
  const Names* known_;
  Names names_;
  Places places_;
  Scenario scenario_;
  std::size_t open_ = 0;                 // the function that is being read, in the last program
  std::uint32_t nesting_ = 0;            // ifs open
  std::optional<std::size_t> last_run_;  // in events
  bool seen_type_ = false, seen_limits_ = false, seen_fuel_ = false, seen_seed_ = false;
};

}  // namespace tailbound::bpf::graph
