#include "oracles/proof/certificate.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <string_view>

#include "oracles/proof/rup.hpp"
#include "oracles/smt/solver.hpp"

namespace tailbound::proof {

namespace {

constexpr std::chrono::milliseconds time_limit{60'000};
constexpr int unsatisfiable = 20;

/// Clauses of the query; whatever goes wrong is the child's end.
std::string blasted(const std::string& query) {
  auto clauses = smt::to_cnf(query);
  if (!clauses) throw std::runtime_error(clauses.error());
  return *std::move(clauses);
}

std::string why(std::string_view who, const smt::Ended& ended) {
  if (ended.missing) return fmt::format("{} is missing: not in PATH", who);
  if (ended.timed_out) return fmt::format("{}: no answer within {:.0f} s", who, ended.seconds);
  if (ended.signal != 0) return fmt::format("{}: killed by signal {}", who, ended.signal);
  return fmt::format("{}: exit code {}, said '{}'", who, ended.exit_code,
                     (ended.errors.empty() ? ended.output : ended.errors).substr(0, 120));
}

/// CaDiCaL writes its verdict among the lines of the proof.
std::string without_verdict(std::string_view output) {
  std::string log;
  for (std::size_t at = 0; at < output.size();) {
    const std::size_t end = std::min(output.find('\n', at), output.size());
    const std::string_view line = output.substr(at, end - at);
    if (!line.starts_with("s ")) log += std::string(line) + "\n";
    at = end + 1;
  }
  return log;
}

}  // namespace

std::vector<std::expected<Certificate, std::string>> certify(const std::vector<std::string>& queries,
                                                             unsigned at_once) {
  std::vector<std::expected<Certificate, std::string>> made(queries.size(), std::unexpected("not made"));
  std::vector<smt::Job> blasting, solving;
  for (const std::string& query : queries) {
    blasting.push_back({{}, [&query] { return blasted(query); }, {}, time_limit, 0});
  }
  solving.resize(queries.size());
  smt::run_jobs(blasting, at_once, [&](std::size_t i, smt::Ended&& ended) {
    if (ended.exit_code == 0 && ended.signal == 0 && !ended.timed_out)
      made[i] = Certificate{ended.output, {}};
    else made[i] = std::unexpected(why("z3", ended));
    const std::string clauses = made[i] ? made[i]->clauses : std::string();
    solving[i] = {{"cadical", "-q", "--no-binary", "-", "-"}, {}, clauses, time_limit, 0};
  });
  smt::run_jobs(solving, at_once, [&](std::size_t i, smt::Ended&& ended) {
    if (!made[i]) return;
    if (ended.exit_code == unsatisfiable && !ended.timed_out) made[i]->log = without_verdict(ended.output);
    else made[i] = std::unexpected(why("cadical", ended));
  });
  return made;
}

smt::Job check_job(const std::string& query, const Certificate& certificate) {
  const auto check = [query, certificate]() -> std::string {
    if (blasted(query) != certificate.clauses)
      return "the clauses are not those that this Z3 makes of the query";
    const auto checked = check_rup(certificate.clauses, certificate.log);
    return checked ? std::string() : checked.error();
  };
  return {{}, check, {}, time_limit, 0};
}

}  // namespace tailbound::proof
