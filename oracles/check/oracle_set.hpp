// Which oracles judge.
#pragma once

#include <bitset>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "oracles/check/oracle.hpp"

namespace tailbound {

class OracleSet {
 public:
  static OracleSet all() { return OracleSet(std::bitset<oracle_count>().set()); }
  static OracleSet none() { return OracleSet({}); }

  bool has(OracleId id) const { return on_[static_cast<std::size_t>(id)]; }
  bool empty() const { return on_.none(); }
  void add(OracleId id) { on_.set(static_cast<std::size_t>(id)); }
  void remove(OracleId id) { on_.reset(static_cast<std::size_t>(id)); }
  /// Takes out all that run at such a time.
  void remove(When when);
  bool operator==(const OracleSet&) const = default;

  /// Names in the table's order, separated by commas.
  std::string names() const;

 private:
  explicit OracleSet(std::bitset<oracle_count> on) : on_(on) {}
  std::bitset<oracle_count> on_;
};

/// Both are names separated by commas; without `only` it is all but `without`. Error: what is wrong (an
/// unknown name, one named twice, nothing left) and what was expected.
std::expected<OracleSet, std::string> parse_oracle_set(std::optional<std::string_view> only,
                                                       std::string_view without = {});

/// "a, b or c" for messages.
std::string oracle_names();

}  // namespace tailbound
