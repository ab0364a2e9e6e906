// The text form of a scenario, `.graph`: one form for corpus, reproducers, selftests and replay.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "jit/bpf/error.hpp"
#include "jit/bpf/scenario.hpp"

namespace tailbound::bpf {

/// Parses and checks (limits.hpp: check_scenario); the text need not end in a newline. docs/graph.md has the
/// grammar. Every error has the line and column of the token at fault.
std::expected<Scenario, ParseError> parse_graph(std::string_view text);

/// Events alone (and `fuel` and `seed`), of what `names` has: the text form's event lines without declarations. What
/// `names` has of them is replaced; its functions need no bodies.
std::expected<Scenario, ParseError> parse_events(std::string_view text, const Scenario& names);

/// Canonical text: parse_graph(print_graph(s)) == s for every valid scenario.
std::string print_graph(const Scenario& scenario);

}  // namespace tailbound::bpf
