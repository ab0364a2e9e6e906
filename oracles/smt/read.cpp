// From SMT-LIB text to terms: as much of the language as `print` writes and solvers put into models.
#include <fmt/format.h>

#include <charconv>
#include <functional>
#include <stdexcept>
#include <utility>

#include "oracles/smt/script.hpp"
#include "oracles/smt/sexpr.hpp"

namespace tailbound::smt {

namespace {

/// Stays within this file: the functions below give it as a value.
struct Unreadable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

[[noreturn]] void refuse(std::string_view what, const Sexpr& found) {
  throw Unreadable(fmt::format("{}: '{}'", what, found.is_list ? "(…)" : found.atom));
}

Sort read_sort(const Sexpr& s) {
  if (s.is("Bool")) return Sort::truth;
  if (s.is("Int")) return Sort::integer;
  if (s.is_call("_", 2) && s.items[1].is("BitVec") && s.items[2].is("64")) return Sort::bits;
  refuse("no sort that is known", s);
}

std::optional<std::uint64_t> digits(std::string_view text, int base) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<Term> read_literal(const Sexpr& s) {
  if (s.is("true")) return truth(true);
  if (s.is("false")) return truth(false);
  if (s.is_call("_", 2) && s.items[1].atom.starts_with("bv") && s.items[2].is("64")) {
    if (const auto value = digits(std::string_view(s.items[1].atom).substr(2), 10)) return bits(*value);
  }
  if (s.is_list) return std::nullopt;
  const std::string_view text = s.atom;
  std::optional<std::uint64_t> value;
  if (text.starts_with("#x") && text.size() == 18) value = digits(text.substr(2), 16);
  if (text.starts_with("#b") && text.size() == 66) value = digits(text.substr(2), 2);
  if (value) return bits(*value);
  if (const auto whole = digits(text, 10); whole && *whole <= INT64_MAX) return number(Sort::integer, *whole);
  return std::nullopt;
}

class Reader {
 public:
  std::map<std::string, Sort> constants;
  std::map<std::string, Term> names;  // definitions without parameters, parameters, and what `let` binds

  Term term(const Sexpr& s) {
    if (const auto value = read_literal(s)) return *value;
    if (!s.is_list) return named(s);
    if (s.items.empty() || s.items[0].is_list) refuse("no operator that is known", s);
    if (s.is_call("let", 2)) return let(s);
    std::vector<Term> args;
    for (std::size_t i = 1; i < s.items.size(); ++i) args.push_back(term(s.items[i]));
    return call(s.items[0], std::move(args));
  }

 private:
  Term named(const Sexpr& s) {
    if (const auto known = names.find(s.atom); known != names.end()) return known->second;
    if (const auto known = constants.find(s.atom); known != constants.end()) {
      return names.emplace(s.atom, variable(known->second, s.atom)).first->second;
    }
    refuse("no name that was declared", s);
  }

  Term let(const Sexpr& s) {
    std::map<std::string, Term> inner = names;
    for (const Sexpr& binding : s.items[1].items) {
      if (!binding.is_list || binding.items.size() != 2) refuse("no binding", binding);
      inner.insert_or_assign(binding.items[0].atom, term(binding.items[1]));
    }
    std::swap(names, inner);
    Term body = term(s.items[2]);
    std::swap(names, inner);
    return body;
  }

  static Term fold(Term (*op)(Term, Term), const std::vector<Term>& args) {
    Term result = args.front();
    for (std::size_t i = 1; i < args.size(); ++i) result = op(result, args[i]);
    return result;
  }

  static Term call(const Sexpr& name, std::vector<Term> args) {
    using Binary = Term (*)(Term, Term);
    static const std::map<std::string_view, Binary> folded = {
        {"+", add},     {"-", sub},     {"*", mul},        {"bvadd", add},
        {"bvsub", sub}, {"bvmul", mul}, {"bvand", bit_and}};
    static const std::map<std::string_view, Binary> compared = {
        {"<", less}, {"<=", at_most}, {"bvult", less}, {"bvule", at_most}, {"=", equal}, {"=>", implies}};
    static const std::map<std::string_view, Binary> turned = {
        {">", less}, {">=", at_most}, {"bvugt", less}, {"bvuge", at_most}};
    require_sorts(name, args);
    if (name.is("and")) return both(std::move(args));
    if (name.is("or")) return either(std::move(args));
    if (name.is("not") && args.size() == 1) return negate(args[0]);
    if (name.is("-") && args.size() == 1) return sub(integer(0), args[0]);
    if (name.is("ite") && args.size() == 3) return select(args[0], args[1], args[2]);
    if (const auto op = folded.find(name.atom); op != folded.end() && !args.empty())
      return fold(op->second, args);
    if (const auto op = compared.find(name.atom); op != compared.end() && args.size() == 2) {
      return op->second(args[0], args[1]);
    }
    if (const auto op = turned.find(name.atom); op != turned.end() && args.size() == 2) {
      return op->second(args[1], args[0]);
    }
    refuse("no operator that is known", name);
  }

  /// Arguments are of one sort; the condition of `ite` is a truth value.
  static void require_sorts(const Sexpr& name, const std::vector<Term>& args) {
    if (args.empty()) refuse("an operator without arguments", name);
    const std::size_t first = name.is("ite") ? 1 : 0;
    if (first == 1 && args[0]->sort != Sort::truth) refuse("a condition is a truth value", name);
    for (std::size_t i = first + 1; i < args.size(); ++i) {
      if (args[i]->sort != args[first]->sort) refuse("arguments of two sorts", name);
    }
  }
};

void read_command(Reader& reader, Script& script, const Sexpr& command) {
  if (command.is_call("set-logic", 1)) {
    script.logic = command.items[1].atom;
  } else if (command.is_call("declare-const", 2)) {
    reader.constants.insert_or_assign(command.items[1].atom, read_sort(command.items[2]));
  } else if (command.is_call("define-fun", 4) && command.items[2].items.empty()) {
    reader.names.insert_or_assign(command.items[1].atom, reader.term(command.items[4]));
  } else if (command.is_call("assert", 1)) {
    const Term asserted = reader.term(command.items[1]);
    if (asserted->sort != Sort::truth) refuse("an assertion is a truth value", command.items[1]);
    script.assertions.push_back(asserted);
  } else if (!command.is_call("set-info", 2) && !command.is_call("check-sat", 0)) {
    refuse("no command that is known",
           command.is_list && !command.items.empty() ? command.items[0] : command);
  }
}

std::pair<std::string, Definition> read_definition(const Sexpr& s) {
  Reader reader;
  Definition definition;
  for (const Sexpr& parameter : s.items[2].items) {
    if (!parameter.is_list || parameter.items.size() != 2) refuse("no parameter", parameter);
    definition.parameters.push_back(parameter.items[0].atom);
    reader.constants.emplace(parameter.items[0].atom, read_sort(parameter.items[1]));
  }
  definition.body = reader.term(s.items[4]);
  return {s.items[1].atom, std::move(definition)};
}

/// A model is a list of definitions, in brackets of its own or not, after the word `model` or not.
void collect_definitions(const std::vector<Sexpr>& items, Definitions& into) {
  for (const Sexpr& item : items) {
    if (item.is_call("define-fun", 4)) into.insert(read_definition(item));
    else if (item.is_list) collect_definitions(item.items, into);
    else if (!item.is("model")) refuse("no definition", item);
  }
}

template <class Work>
auto guarded(std::string_view text, Work work) -> std::expected<decltype(work({})), std::string> {
  const auto items = read_sexprs(text);
  if (!items) return std::unexpected(items.error());
  try {
    return work(*items);
  } catch (const Unreadable& error) {
    return std::unexpected(error.what());
  }
}

}  // namespace

std::expected<Script, std::string> read_script(std::string_view text) {
  return guarded(text, [](const std::vector<Sexpr>& commands) {
    Reader reader;
    Script script;
    for (const Sexpr& command : commands) read_command(reader, script, command);
    return script;
  });
}

std::expected<Definitions, std::string> read_definitions(std::string_view text) {
  return guarded(text, [](const std::vector<Sexpr>& items) {
    Definitions definitions;
    collect_definitions(items, definitions);
    return definitions;
  });
}

std::expected<Model, std::string> read_model(std::string_view text) {
  const auto definitions = read_definitions(text);
  if (!definitions) return std::unexpected(definitions.error());
  Model model;
  for (const auto& [name, definition] : *definitions) {
    const auto value = evaluate(definition.body, {});
    if (!value || !definition.parameters.empty()) return std::unexpected(name + " has no plain value");
    model.emplace(name, *value);
  }
  return model;
}

std::optional<Term> expand(const Term& term, const Definitions& definitions) {
  if (term->op == Op::apply) {
    const auto found = definitions.find(term->name);
    if (found == definitions.end() || found->second.parameters.size() != term->args.size())
      return std::nullopt;
    std::map<std::string, Term> by;
    for (std::size_t i = 0; i < term->args.size(); ++i)
      by.emplace(found->second.parameters[i], term->args[i]);
    return substitute(found->second.body, by);
  }
  if (term->op != Op::both) return term;  // relations stand alone or in a conjunction
  std::vector<Term> parts;
  for (const Term& arg : term->args) {
    const auto part = expand(arg, definitions);
    if (!part) return std::nullopt;
    parts.push_back(*part);
  }
  return both(std::move(parts));
}

}  // namespace tailbound::smt
