#include "oracles/proof/check.hpp"

#include <fmt/format.h>

#include "oracles/proof/certificate.hpp"

namespace tailbound::proof {

namespace {

using smt::Answer;
using smt::Solver;

Checked judged(const Exported& file, Solver solver, const Answer& answer) {
  Checked checked{file.name, std::string(name(solver)), Checked::Kind::failed, {}};
  if (!answer.decided()) {
    checked.why = fmt::format("{}: {}", name(answer.kind), answer.detail);
  } else if (name(answer.kind) == file.kind) {
    checked.kind = Checked::Kind::agrees;
  } else {
    checked.kind = Checked::Kind::contradicts;
    checked.why = fmt::format("{}, the file says {}", name(answer.kind), file.kind);
  }
  return checked;
}

Checked judged(const std::string& name, const smt::Ended& ended) {
  const bool ran = ended.exit_code == 0 && ended.signal == 0 && !ended.timed_out;
  if (!ran) return {name, "certificate", Checked::Kind::failed, "the checker: " + ended.errors};
  const auto kind = ended.output.empty() ? Checked::Kind::agrees : Checked::Kind::contradicts;
  return {name, "certificate", kind, ended.output};
}

}  // namespace

std::vector<Checked> check_export(const std::map<std::string, Exported>& files, const smt::Asker& asker,
                                  unsigned at_once,
                                  const std::function<void(std::size_t, std::size_t)>& progress) {
  std::vector<smt::Question> questions;
  std::vector<const Exported*> asked;
  std::vector<smt::Job> jobs;
  std::vector<std::string> certified;
  for (const auto& [name, file] : files) {
    if (file.kind == "log") {
      const std::string stem = name.substr(0, name.rfind('.'));
      jobs.push_back(
          check_job(files.at(stem + ".smt2").content, {files.at(stem + ".cnf").content, file.content}));
      certified.push_back(stem);
    }
    if (file.kind != "sat" && file.kind != "unsat") continue;
    const bool horn = file.content.find("(set-logic HORN)") != std::string::npos;
    for (const Solver solver : {Solver::z3, Solver::cvc5}) {
      if (horn && solver == Solver::cvc5) continue;
      questions.push_back({solver, file.content});
      asked.push_back(&file);
    }
  }
  const std::size_t all = questions.size() + jobs.size();
  const auto given = asker.ask_all(questions, [&](std::size_t done) { progress(done, all); });
  std::vector<Checked> checked;
  for (std::size_t i = 0; i < given.size(); ++i) {
    checked.push_back(judged(*asked[i], questions[i].solver, given[i].answer));
  }
  smt::run_jobs(jobs, at_once, [&](std::size_t i, smt::Ended&& ended) {
    checked.push_back(judged(certified[i], ended));
    progress(checked.size(), all);
  });
  return checked;
}

}  // namespace tailbound::proof
