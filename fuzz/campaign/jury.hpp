// Judges scenarios in a process that may die: a death is a verdict too, and the next one is judged by another
// process.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <expected>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "oracles/judge/judge.hpp"

namespace tailbound::fuzz {

struct JuryOptions {
  /// A process for each scenario: what one run leaves behind, in memory that a wild scheme wrote or on its
  /// stack, decides nothing about another.
  bool fresh = false;
  bool expectations = false;
  std::chrono::seconds patience{30};  // with one scenario; then its process is killed
};

class Jury {
 public:
  /// Called in the child; gives the judge or why there is none.
  using Make = std::function<std::expected<Judge, std::string>()>;

  explicit Jury(Make make, JuryOptions options = {}) : make_(std::move(make)), options_(options) {}
  Jury(const Jury&) = delete;
  Jury& operator=(const Jury&) = delete;
  ~Jury() { dismiss(); }

  /// Unavailable where no engine ran it or no judge could be made; "fault: process died" where it killed its
  /// process, "process hung" where the patience was over.
  Verdict judge(const bpf::Scenario& scenario);
  /// The same of many: engines that like batches get them in one, where a process judges more than one scenario.
  std::vector<Verdict> judge_all(std::span<const bpf::Scenario> scenarios);

  /// Ends the process that waits for the next scenario, if there is one.
  void dismiss();

 private:
  bool summon();
  Verdict bury();
  std::vector<Verdict> ask(std::span<const bpf::Scenario> scenarios);

  Make make_;
  JuryOptions options_;
  pid_t child_ = 0;  // 0: none
  int socket_ = -1;
};

}  // namespace tailbound::fuzz
