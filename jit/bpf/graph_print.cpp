// Scenario to canonical .graph text.
#include <array>
#include <charconv>
#include <span>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "jit/bpf/graph.hpp"
#include "jit/bpf/graph_words.hpp"
#include "jit/bpf/limits.hpp"
#include "jit/bpf/names.hpp"
#include "jit/bpf/text.hpp"

namespace tailbound::bpf {
namespace {

using graph::word_of;

constexpr std::size_t line_width = 100;

/// Decimal where a person would count, hexadecimal where bits are meant.
std::string number(std::uint64_t value) {
  if (value < (std::uint64_t{1} << 32)) return std::to_string(value);
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16).ptr;
  return "0x" + std::string(digits.data(), end);
}

/// A 64-bit value, which may also have been meant as a small negative number.
std::string value(std::uint64_t value) {
  const auto negated = 0 - value;
  return value != 0 && negated <= (std::uint64_t{1} << 31) ? "-" + std::to_string(negated) : number(value);
}

/// `head { item, item }`, broken into indented lines where one would be too long.
std::string braced(const std::string& head, const std::vector<std::string>& items) {
  if (items.empty()) return head + "\n";
  std::string text = head + " {";
  std::size_t line_start = 0;
  bool broken = false;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (text.size() - line_start + items[i].size() + 4 > line_width) {
      text += "\n ";
      line_start = text.size() - 1;
      broken = true;
    }
    text += " " + items[i] + (i + 1 < items.size() ? "," : "");
  }
  return text + (broken ? "\n}\n" : " }\n");
}

class Printer {
 public:
  explicit Printer(const Scenario& scenario) : s_(scenario) {}
  std::string print();

 private:
  void header();
  void section(const std::string& text);
  std::string map(const ArrayMap& map) const;
  std::string array(const ProgArray& array) const;

  std::string program(std::size_t index);
  std::string function(std::string_view keyword, const Function& function, const std::string& indent,
                       const std::string& subprograms = {}) const;
  std::string block(const Block& statements, const std::string& indent) const;
  std::string statement(const Statement& statement, const std::string& indent) const;
  std::string branch(const If& branch, const std::string& indent) const;

  std::string expr(const Expr& expr) const;
  std::string operand(const Operand& operand) const;
  std::string cell(CellRef cell) const;
  std::string slot(const SetSlot& change) const;

  std::string event(const Event& event) const;
  std::string change(const SetSlot& change) const;
  std::string run(const Run& run) const;
  std::string expectation(const Expect& expect) const;
  const std::string& program_name(std::uint16_t program) const { return s_.programs[program].name(); }

  const Scenario& s_;
  std::string out_;
  std::size_t program_ = 0;  // the one that is being printed
};

std::string Printer::print() {
  header();
  std::string text;
  for (const ArrayMap& each : s_.maps) text += map(each);
  for (const ProgArray& each : s_.arrays) text += array(each);
  section(text);
  for (std::size_t i = 0; i < s_.programs.size(); ++i) section(program(i));
  text.clear();
  for (const Event& each : s_.events) text += event(each);
  section(text);
  return std::move(out_);
}

/// Sections stand apart by an empty line.
void Printer::section(const std::string& text) {
  if (!out_.empty() && !text.empty()) out_ += "\n";
  out_ += text;
}

void Printer::header() {
  const Scenario plain;
  std::string text;
  if (s_.type != plain.type) text += "type " + std::string(word_of(graph::type_words, s_.type)) + "\n";
  if (s_.limits != default_limits().name) text += "limits " + s_.limits + "\n";
  if (s_.fuel != plain.fuel) text += "fuel " + number(s_.fuel) + "\n";
  if (s_.seed != plain.seed) text += "seed " + number(s_.seed) + "\n";
  section(text);
}

std::string Printer::map(const ArrayMap& map) const {
  std::vector<std::string> items;
  for (std::size_t i = 0; i < map.cells.size(); ++i) {
    if (map.cells[i] != 0) items.push_back(number(i) + ": " + value(map.cells[i]));
  }
  return braced("map " + map.name + "[" + number(map.cells.size()) + "]", items);
}

std::string Printer::array(const ProgArray& array) const {
  std::vector<std::string> items;
  for (const Slot& each : array.slots) items.push_back(number(each.index) + ": " + program_name(each.program));
  return braced("array " + array.name + "[" + number(array.size) + "]", items);
}

// --- programs ------------------------------------------------------------

std::string Printer::program(std::size_t index) {
  program_ = index;
  const std::span<const Function> functions = s_.programs[index].functions;
  std::string subprograms;
  for (const Function& each : functions.subspan(1)) subprograms += "\n" + function("subprog", each, "  ");
  return function("program", functions.front(), "", subprograms);
}

std::string Printer::function(std::string_view keyword, const Function& function, const std::string& indent,
                              const std::string& subprograms) const {
  std::string text = indent + std::string(keyword) + " " + function.name + " {\n";
  if (function.stack != 0) text += indent + "  stack " + number(function.stack) + "\n";
  if (function.keep != 0) {
    text += indent + "  keep";
    for (const auto& [name, bit] : graph::keep_words)
      text += (function.keep & bit) != 0 ? " " + std::string(name) : "";
    text += "\n";
  }
  return text + block(function.body, indent + "  ") + subprograms + indent + "}\n";
}

std::string Printer::block(const Block& statements, const std::string& indent) const {
  std::string text;
  for (const Statement& each : statements) text += statement(each, indent);
  return text;
}

bool is_plain_call(const Expr& expr) {
  return expr.rest.empty() && std::holds_alternative<CallValue>(expr.first);
}

std::string helper_call(const HelperCall& call, const std::string& cell) {
  const std::string text = "helper " + std::string(word_of(graph::helper_words, call.helper));
  if (call.helper == Helper::update) return text + " " + std::to_string(call.cell.index);
  return call.helper == Helper::lookup ? text + " " + cell : text;
}

/// assemble() takes what to_text() gives, line by line.
std::string asm_block(const Asm& block, const std::string& indent) {
  std::string text = indent + "asm {\n";
  std::istringstream lines(to_text(block.insns));
  for (std::string line; std::getline(lines, line);) text += indent + "  " + line + "\n";
  return text + indent + "}\n";
}

std::string Printer::statement(const Statement& statement, const std::string& indent) const {
  return std::visit(
      Match{
          [&](const Evaluate& s) {
            return indent + (is_plain_call(s.value) ? "" : "eval ") + expr(s.value) + "\n";
          },
          [&](const TailCall& s) {
            return indent + "tail_call " + s_.arrays[s.array].name + "[" + expr(s.index) + "]\n";
          },
          [&](const HelperCall& s) {
            const bool has_cell = s.helper == Helper::lookup;
            return indent + helper_call(s, has_cell ? cell(s.cell) : "") + "\n";
          },
          [&](const StoreCell& s) { return indent + cell(s.cell) + " = " + expr(s.value) + "\n"; },
          [&](const Asm& s) { return asm_block(s, indent); },
          [&](const If& s) { return branch(s, indent); },
          [&](const Return& s) { return indent + "return " + expr(s.value) + "\n"; },
      },
      statement.node);
}

std::string Printer::branch(const If& branch, const std::string& indent) const {
  std::string text =
      indent + "if " + expr(branch.left) + " " + std::string(word_of(graph::compare_words, branch.compare)) +
      " " + std::to_string(branch.right) + " {\n" + block(branch.then_block, indent + "  ") + indent + "}";
  if (branch.else_block.empty()) return text + "\n";
  return text + " else {\n" + block(branch.else_block, indent + "  ") + indent + "}\n";
}

// --- expressions ------------------------------------------------------------

std::string Printer::expr(const Expr& expr) const {
  std::string text = operand(expr.first);
  for (const ExprTerm& term : expr.rest) {
    text += " " + std::string(word_of(graph::operator_words, term.op)) + " " + operand(term.operand);
  }
  return text;
}

std::string Printer::operand(const Operand& operand) const {
  return std::visit(
      Match{
          [](const Constant& o) { return std::to_string(o.value); },
          [](const Data& o) { return "data " + value(o.value); },
          [&](const Cell& o) { return cell(o.cell); },
          [&](const Entries& o) { return "entries(" + name_of(s_, o.function) + ")"; },
          [&](const CallValue& o) { return "call " + s_.programs[program_].functions[o.function].name; },
      },
      operand);
}

std::string Printer::cell(CellRef cell) const {
  return s_.maps[cell.map].name + "[" + number(cell.index) + "]";
}

std::string Printer::slot(const SetSlot& change) const {
  return s_.arrays[change.array].name + "[" + number(change.index) + "]";
}

// --- events ------------------------------------------------------------

std::string Printer::event(const Event& event) const {
  return std::visit(Match{
                        [&](const Run& e) { return run(e); },
                        [&](const SetSlot& e) { return change(e); },
                        [&](const SetCell& e) { return "set " + cell(e.cell) + " = " + value(e.value) + "\n"; },
                        [&](const AtEntry& e) {
                          return "at entry of " + name_of(s_, e.function) + " #" + number(e.count) + ": " +
                                 change(e.change);
                        },
                        [&](const Attach& e) {
                          return "attach " + std::string(word_of(graph::attach_words, e.kind)) + " " +
                                 program_name(e.probe) + " to " + name_of(s_, e.target) + "\n";
                        },
                        [&](const Detach& e) {
                          return "detach " + program_name(e.probe) + " from " + name_of(s_, e.target) + "\n";
                        },
                    },
                    event);
}

std::string Printer::change(const SetSlot& change) const {
  if (!change.program) return "delete " + slot(change) + "\n";
  return "set " + slot(change) + " = " + program_name(*change.program) + "\n";
}

std::string Printer::run(const Run& run) const {
  std::string text = "run " + program_name(run.program) + "\n";
  std::string line;
  for (const Expect& each : run.expectations) {
    const std::string item = expectation(each);
    if (!line.empty() && line.size() + 2 + item.size() > line_width) {
      text += line + "\n";
      line.clear();
    }
    line += (line.empty() ? "expect " : ", ") + item;
  }
  return line.empty() ? text : text + line + "\n";
}

std::string Printer::expectation(const Expect& expect) const {
  switch (expect.kind) {
    case Expect::Kind::return_value: return "return " + value(expect.value);
    case Expect::Kind::entries: return "entries " + name_of(s_, expect.function) + " " + number(expect.value);
    case Expect::Kind::tail_calls: return "tail_calls " + number(expect.value);
    case Expect::Kind::refused: return "refused " + number(expect.value);
    case Expect::Kind::cell: return "cell " + cell(expect.cell) + " " + value(expect.value);
    case Expect::Kind::out_of_fuel:
      return "out_of_fuel " + std::string(word_of(graph::fuel_words, expect.value));
  }
  return {};
}

}  // namespace

std::string print_graph(const Scenario& scenario) { return Printer(scenario).print(); }

}  // namespace tailbound::bpf
