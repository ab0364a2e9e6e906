// Statements of the .graph text form.
#include <array>
#include <utility>

#include "jit/bpf/graph_parser.hpp"
#include "jit/bpf/graph_words.hpp"
#include "jit/bpf/text.hpp"

namespace tailbound::bpf::graph {
namespace {

bool is_direct(const TailCall& call, std::uint32_t slots) {
  const auto* const index = std::get_if<Constant>(&call.index.first);
  return index != nullptr && call.index.rest.empty() && static_cast<std::uint32_t>(index->value) < slots;
}

/// A place in the text of a block as a place in the file.
Place in_file(Place block, const ParseError& error) {
  if (error.line == 1) return {block.line, block.column + error.column - 1};
  return {block.line + error.line - 1, error.column};
}

}  // namespace

Statement Parser::statement() {
  static constexpr std::array<Rule<Statement>, 7> rules{{
      {"call", &Parser::call_statement},
      {"tail_call", &Parser::tail_call},
      {"if", &Parser::if_statement},
      {"return", &Parser::return_statement},
      {"helper", &Parser::helper_call},
      {"asm", &Parser::asm_block},
      {"eval", &Parser::eval_statement},
  }};
  if (in_.at_word() && in_.before('[')) return store();
  for (const Rule<Statement>& rule : rules) {
    if (in_.at(rule.keyword)) return (this->*rule.parse)();
  }
  in_.fail_here("a statement (call, tail_call, if, return, helper, asm, eval or 'map[index] = value')");
  return {};
}

Statement Parser::call_statement() {
  const CallValue call = call_operand();
  in_.want_end();
  return {Evaluate{Expr{call, {}}}};
}

Statement Parser::eval_statement() {
  in_.advance();
  Evaluate evaluate{expr()};
  in_.want_end();
  return {std::move(evaluate)};
}

Statement Parser::tail_call() {
  in_.advance();
  TailCall call;
  call.array = find(&Names::arrays, "array");
  in_.want("[");
  call.index = expr();
  in_.want("]");
  check_indirect(call);
  in_.want_end();
  return {std::move(call)};
}

void Parser::check_indirect(const TailCall& call) {
  const Place place = in_.token().place;
  if (!in_.take("indirect") || known_ == nullptr || in_.error()) return;
  if (!is_direct(call, known_->slots[call.array])) return;
  in_.fail(place,
           "found 'indirect' after a constant index within the array; expected an index that is only known "
           "at run time, like 'data 2'");
}

Statement Parser::helper_call() {
  in_.advance();
  const Word<Helper>* const found = find_word(helper_words, in_.token().text);
  if (found == nullptr) {
    in_.fail_here("random, time, lookup or update");
    return {};
  }
  in_.advance();
  HelperCall call{found->value, {}};
  if (call.helper == Helper::lookup) call.cell = cell_name();
  if (call.helper == Helper::update) call.cell.index = static_cast<std::uint16_t>(in_.want_number(0, most_update_key));
  in_.want_end();
  return {call};
}

Statement Parser::store() {
  StoreCell store;
  store.cell = cell_name();
  in_.want("=");
  store.value = expr();
  in_.want_end();
  return {std::move(store)};
}

Statement Parser::if_statement() {
  // Here and not only in check_scenario, because it bounds the parser's recursion.
  if (++nesting_ > cap::nesting) {
    in_.fail_here("no more than " + std::to_string(cap::nesting) + " ifs inside each other");
    return {};
  }
  in_.advance();
  If branch;
  condition(branch);
  branch.then_block = block();
  in_.skip_newlines();
  if (in_.take("else")) branch.else_block = block();
  --nesting_;
  return {std::move(branch)};
}

Statement Parser::asm_block() {
  in_.advance();
  const RawBlock raw = in_.want_raw_block();
  if (in_.error()) return {};
  std::expected<std::vector<Insn>, ParseError> insns = assemble(raw.text);
  if (insns) return {Asm{std::move(*insns)}};
  in_.fail(in_file(raw.place, insns.error()), insns.error().message);
  return {};
}

Statement Parser::return_statement() {
  in_.advance();
  Return result{expr()};
  in_.want_end();
  return {std::move(result)};
}

}  // namespace tailbound::bpf::graph
