// The checker of unsatisfiability proofs: the part of a certificate that is to be trusted. Each clause of a
// proof must follow by unit propagation alone (RUP), and the last thing that follows is a contradiction.
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace tailbound::proof {

/// `dimacs`: "p cnf VARIABLES CLAUSES", then clauses. `log`: clauses that are learnt, "d CLAUSE" for those
/// that are dropped, each ended by 0. Error: the line of the log or of the clauses, and what is wrong there.
std::expected<void, std::string> check_rup(std::string_view dimacs, std::string_view log);

}  // namespace tailbound::proof
