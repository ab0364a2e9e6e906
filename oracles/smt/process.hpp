// Work in processes that may hang, die or print nonsense: solvers are run here and nowhere else.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace tailbound::smt {

struct Job {
  std::vector<std::string> command;   // looked up in PATH; empty: `work` runs in a forked child
  std::function<std::string()> work;  // what it returns is the output
  std::string input;                  // standard input of the command
  std::chrono::milliseconds time_limit{10'000};
  std::uint64_t memory_limit = 0;  // bytes of address space; 0: none
};

struct Ended {
  std::string output = {};  // standard output
  std::string errors = {};  // standard error, its first 4096 bytes
  int exit_code = 0;
  int signal = 0;
  bool timed_out = false;
  bool missing = false;  // no such command
  double seconds = 0;
};

/// Runs all, `at_once` at a time, and calls `done` with each one's index as it ends. One thread, no locks.
void run_jobs(const std::vector<Job>& jobs, unsigned at_once,
              const std::function<void(std::size_t, Ended&&)>& done);

Ended run_job(const Job& job);

}  // namespace tailbound::smt
