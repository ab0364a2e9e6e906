#include "oracles/smt/sexpr.hpp"

namespace tailbound::smt {

namespace {
/// Reading recurses into terms; what solvers and `print` write is far below.
constexpr std::size_t deepest = 2000;

std::size_t after_comment(std::string_view text, std::size_t at) {
  const std::size_t end = text.find('\n', at);
  return end == std::string_view::npos ? text.size() : end;
}

/// One past the atom that starts at `at`; a |quoted| or "string" one ends at its mark.
std::size_t atom_end(std::string_view text, std::size_t at) {
  if (text[at] == '|' || text[at] == '"') {
    const std::size_t end = text.find(text[at], at + 1);
    return end == std::string_view::npos ? text.size() : end + 1;
  }
  const std::size_t end = text.find_first_of(" \t\r\n();", at);
  return end == std::string_view::npos ? text.size() : end;
}

Sexpr list() { return {true, {}, {}}; }
}  // namespace

std::expected<std::vector<Sexpr>, std::string> read_sexprs(std::string_view text) {
  std::vector<Sexpr> open{list()};
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == ';') {
      at = after_comment(text, at);
    } else if (c == '(') {
      if (open.size() > deepest) return std::unexpected("brackets nest too deep");
      open.push_back(list());
      ++at;
    } else if (c == ')') {
      if (open.size() == 1) return std::unexpected("a ')' too many");
      Sexpr closed = std::move(open.back());
      open.pop_back();
      open.back().items.push_back(std::move(closed));
      ++at;
    } else if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      ++at;
    } else {
      const std::size_t end = atom_end(text, at);
      open.back().items.push_back({false, std::string(text.substr(at, end - at)), {}});
      at = end;
    }
  }
  if (open.size() != 1) return std::unexpected("a ')' is missing");
  return std::move(open.front().items);
}

}  // namespace tailbound::smt
