// SMT-LIB 2 text: every solver, the export and the check of an export work on this text and on nothing else.
#pragma once

#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "oracles/smt/term.hpp"

namespace tailbound::smt {

/// Assertions over free variables, satisfiable or not.
struct Script {
  std::string logic = "QF_BV";
  std::vector<Term> assertions;
};

/// A Horn clause: for all variables, `body` implies `head`; a head of `false` is a query.
struct Clause {
  Term body, head;
};
struct Relation {
  std::string name;
  std::vector<Sort> sorts;
};
/// Satisfiable: there are relations that all clauses hold of, so no query's body is ever derived.
struct Horn {
  std::vector<Relation> relations;
  std::vector<Clause> clauses;
};

/// A relation's definition, as a solver gave it.
struct Definition {
  std::vector<std::string> parameters;
  Term body;
};
using Definitions = std::map<std::string, Definition>;

/// `comment` may have several lines; `status` is sat or unsat. Shared terms become definitions.
std::string print(const Script& script, std::string_view comment, std::string_view status);
std::string print(const Horn& horn, std::string_view comment, std::string_view status);
std::string print(const Term& term);

/// Reads what `print` writes for a Script. Error: what was found and expected.
std::expected<Script, std::string> read_script(std::string_view text);
/// Reads the define-funs of a model, whoever printed it.
std::expected<Definitions, std::string> read_definitions(std::string_view text);
/// The values of a model's constants.
std::expected<Model, std::string> read_model(std::string_view text);

/// The term with relations replaced by their definitions; nullopt: one is missing or has other parameters.
std::optional<Term> expand(const Term& term, const Definitions& definitions);

}  // namespace tailbound::smt
