#include "oracles/proof/export.hpp"

#include "oracles/proof/certificate.hpp"

namespace tailbound::proof {

namespace {

void add_queries(std::vector<Exported>& files, const Obligation& o) {
  const bool horn = o.is_horn();
  files.push_back({o.id + ".smt2", horn ? "sat" : "unsat", o.goal});
  files.push_back({o.id + ".hypotheses.smt2", horn ? "unsat" : "sat", o.vacuity});
  for (const Variant& variant : o.variants) {
    files.push_back({o.id + ".wrong-" + variant.name + ".smt2", horn ? "unsat" : "sat", variant.query});
  }
}

}  // namespace

std::expected<std::vector<Exported>, std::string> exported(const std::vector<Obligation>& obligations,
                                                           const std::vector<Result>& results,
                                                           unsigned at_once) {
  std::vector<Exported> files;
  std::vector<std::string> ids, queries;
  for (const Obligation& o : obligations) {
    add_queries(files, o);
    if (!o.has_certificate()) continue;
    ids.push_back(o.id);
    queries.push_back(o.goal);
  }
  for (const Result& result : results) {
    for (const Query& query : result.rechecks) {
      files.push_back({query.name + ".smt2", query.satisfiable ? "sat" : "unsat", query.text});
    }
  }
  auto certificates = certify(queries, at_once);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (!certificates[i]) return std::unexpected(ids[i] + ": no certificate: " + certificates[i].error());
    files.push_back({ids[i] + ".cnf", "clauses", std::move(certificates[i]->clauses)});
    files.push_back({ids[i] + ".rup", "log", std::move(certificates[i]->log)});
  }
  return files;
}

}  // namespace tailbound::proof
