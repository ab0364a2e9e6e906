#include "oracles/smt/ask.hpp"

namespace tailbound::smt {

Asker::Asker(SolverOptions options, Cache cache, unsigned at_once)
    : options_(options),
      cache_(std::move(cache)),
      at_once_(at_once),
      versions_{smt::version(Solver::z3, options), smt::version(Solver::cvc5, options)} {}

std::string Asker::key(const Question& question) const {
  return version(question.solver) + "\n" + question.text;
}

std::vector<Given> Asker::ask_all(const std::vector<Question>& questions,
                                  const std::function<void(std::size_t)>& progress) const {
  std::vector<Given> given(questions.size());
  std::vector<Job> jobs;
  std::vector<std::size_t> asked;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    if (const auto known = cache_.find(key(questions[i]))) {
      given[i] = {answer(questions[i].text, *known), true};
      if (given[i].answer.decided()) continue;
    }
    jobs.push_back(ask(questions[i].solver, questions[i].text, options_));
    asked.push_back(i);
  }
  std::size_t done = questions.size() - jobs.size();
  progress(done);
  run_jobs(jobs, at_once_, [&](std::size_t job, Ended&& ended) {
    const Question& question = questions[asked[job]];
    given[asked[job]] = {answer(question.text, ended), false};
    if (given[asked[job]].answer.decided()) cache_.keep(key(question), ended);
    progress(++done);
  });
  return given;
}

}  // namespace tailbound::smt
