#include "oracles/proof/rup.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tailbound::proof {

namespace {

using Clause = std::vector<int>;
using Error = std::unexpected<std::string>;

/// Clauses and what follows from them. Every clause of two or more open literals is watched at its first two:
/// it is looked at only when one of these becomes false.
class Clauses {
 public:
  explicit Clauses(int variables)
      : watches_(2 * static_cast<std::size_t>(variables) + 2),
        value_(static_cast<std::size_t>(variables) + 1, 0) {}

  int variables() const { return static_cast<int>(value_.size()) - 1; }
  /// The clauses contradict each other by unit propagation alone.
  bool contradictory() const { return contradictory_; }

  /// Without looking for what the new clause leads to; `settle` does that.
  void add(Clause clause) {
    normalise(clause);
    const auto open_ones = std::ranges::partition(clause, [&](int l) { return value(l) >= 0; });
    const auto open = static_cast<std::size_t>(open_ones.begin() - clause.begin());
    if (open == 0) contradictory_ = true;
    if (open == 1 && value(clause[0]) == 0) assign(clause[0]);
    const auto index = static_cast<std::uint32_t>(clauses_.size());
    by_hash_.emplace(hash(clause), index);
    clauses_.push_back(std::move(clause));
    if (open < 2) return;  // assignments made here are for good
    watch(clauses_.back()[0], index);
    watch(clauses_.back()[1], index);
  }

  void settle() { contradictory_ = contradictory_ || !propagate(); }

  /// The clause follows: its negation leads to a contradiction.
  bool follows(const Clause& clause) {
    const std::size_t mark = trail_.size();
    bool contradiction = false;
    for (const int literal : clause) {
      if (value(literal) > 0) contradiction = true;
      if (value(literal) == 0) assign(-literal);
    }
    contradiction = contradiction || !propagate();
    for (std::size_t i = mark; i < trail_.size(); ++i)
      value_[static_cast<std::size_t>(std::abs(trail_[i]))] = 0;
    trail_.resize(mark);
    next_ = mark;
    return contradiction;
  }

  /// What it led to stays, which is sound: it followed. False: there is no such clause.
  bool drop(Clause clause) {
    normalise(clause);
    const auto [first, last] = by_hash_.equal_range(hash(clause));
    for (auto it = first; it != last; ++it) {
      if (!std::ranges::is_permutation(clauses_[it->second], clause)) continue;
      clauses_[it->second].clear();
      by_hash_.erase(it);
      return true;
    }
    return false;
  }

 private:
  static void normalise(Clause& clause) {
    std::ranges::sort(clause);
    const auto twice = std::ranges::unique(clause);
    clause.erase(twice.begin(), twice.end());
  }

  /// Of the literals in any order.
  static std::uint64_t hash(const Clause& clause) {
    std::uint64_t sum = clause.size();
    for (const int literal : clause) {
      const auto word = static_cast<std::uint64_t>(static_cast<std::int64_t>(literal));
      sum += (word ^ 0x9e3779b97f4a7c15U) * 0xbf58476d1ce4e5b9U;
    }
    return sum;
  }

  /// 1 true, -1 false, 0 open.
  int value(int literal) const {
    const int v = value_[static_cast<std::size_t>(std::abs(literal))];
    return literal > 0 ? v : -v;
  }
  void assign(int literal) {
    value_[static_cast<std::size_t>(std::abs(literal))] = literal > 0 ? 1 : -1;
    trail_.push_back(literal);
  }
  std::vector<std::uint32_t>& watchers(int literal) {
    return watches_[2 * static_cast<std::size_t>(std::abs(literal)) + (literal < 0 ? 1 : 0)];
  }
  void watch(int literal, std::uint32_t clause) { watchers(literal).push_back(clause); }

  bool propagate() {
    while (next_ < trail_.size()) {
      if (!visit_watchers(-trail_[next_++])) return false;
    }
    return true;
  }

  /// `falsified` has become false. False: some clause has no literal left.
  bool visit_watchers(int falsified) {
    std::vector<std::uint32_t>& list = watchers(falsified);
    std::size_t kept = 0;
    bool consistent = true;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::uint32_t index = list[i];
      if (clauses_[index].empty()) continue;  // it was dropped
      if (!consistent || stays_watched(index, falsified, consistent)) list[kept++] = index;
    }
    list.resize(kept);
    return consistent;
  }

  /// Finds another literal to watch; without one the clause is unit, or contradicted.
  bool stays_watched(std::uint32_t index, int falsified, bool& consistent) {
    Clause& clause = clauses_[index];
    if (clause[0] == falsified) std::swap(clause[0], clause[1]);
    if (value(clause[0]) > 0) return true;
    for (std::size_t i = 2; i < clause.size(); ++i) {
      if (value(clause[i]) < 0) continue;
      std::swap(clause[1], clause[i]);
      watch(clause[1], index);
      return false;
    }
    if (value(clause[0]) < 0) consistent = false;
    else assign(clause[0]);
    return true;
  }

  std::vector<Clause> clauses_;  // an empty one was dropped
  std::vector<std::vector<std::uint32_t>> watches_;
  std::vector<std::int8_t> value_;
  std::vector<int> trail_;
  std::size_t next_ = 0;
  bool contradictory_ = false;
  std::unordered_multimap<std::uint64_t, std::uint32_t> by_hash_;
};

class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  std::optional<std::string_view> next() {
    if (rest_.empty()) return std::nullopt;
    ++number_;
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    return line;
  }
  Error error(std::string_view what) const {
    return Error("line " + std::to_string(number_) + " " + std::string(what));
  }

 private:
  std::string_view rest_;
  std::size_t number_ = 0;
};

/// Literals up to a single 0 at the end of the line; nullopt: anything else.
std::optional<Clause> read_clause(std::string_view line, int variables) {
  Clause clause;
  while (true) {
    while (line.starts_with(' ')) line.remove_prefix(1);
    int literal = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), literal);
    if (error != std::errc() || literal < -variables || literal > variables) return std::nullopt;
    line.remove_prefix(static_cast<std::size_t>(end - line.data()));
    if (literal == 0) return line.empty() ? std::optional(clause) : std::nullopt;
    if (!line.starts_with(' ')) return std::nullopt;
    clause.push_back(literal);
  }
}

std::optional<std::pair<int, std::size_t>> read_header(std::string_view line) {
  if (!line.starts_with("p cnf ")) return std::nullopt;
  line.remove_prefix(6);
  int variables = 0;
  std::size_t clauses = 0;
  const auto [middle, bad] = std::from_chars(line.data(), line.data() + line.size(), variables);
  if (bad != std::errc() || middle == line.data() + line.size() || *middle != ' ') return std::nullopt;
  const auto [end, worse] = std::from_chars(middle + 1, line.data() + line.size(), clauses);
  constexpr int most = 50'000'000;
  if (worse != std::errc() || end != line.data() + line.size() || variables < 0 || variables > most)
    return std::nullopt;
  return std::pair(variables, clauses);
}

std::expected<Clauses, std::string> read_dimacs(std::string_view text) {
  Lines lines(text);
  const auto header = lines.next();
  const auto sizes = header ? read_header(*header) : std::nullopt;
  if (!sizes) return Error("the clauses: expected 'p cnf VARIABLES CLAUSES'");
  Clauses clauses(sizes->first);
  std::size_t read = 0;
  while (const auto line = lines.next()) {
    auto clause = read_clause(*line, sizes->first);
    if (!clause) return lines.error("of the clauses: expected literals and 0");
    clauses.add(*std::move(clause));
    ++read;
  }
  if (read != sizes->second) return Error("the clauses: their number is not the one of the header");
  clauses.settle();
  return clauses;
}

}  // namespace

std::expected<void, std::string> check_rup(std::string_view dimacs, std::string_view log) {
  auto clauses = read_dimacs(dimacs);
  if (!clauses) return Error(clauses.error());
  Lines lines(log);
  while (const auto line = lines.next()) {
    const bool drops = line->starts_with("d ");
    const auto clause = read_clause(drops ? line->substr(2) : *line, clauses->variables());
    if (!clause) return lines.error("of the proof: expected literals and 0");
    if (drops) {
      if (!clauses->drop(*clause)) return lines.error("of the proof: drops a clause that is not there");
      continue;
    }
    if (clauses->contradictory()) continue;
    if (!clauses->follows(*clause)) return lines.error("of the proof: the clause does not follow");
    clauses->add(*clause);
    clauses->settle();
  }
  if (!clauses->contradictory()) return Error("the proof ends without a contradiction");
  return {};
}

}  // namespace tailbound::proof
