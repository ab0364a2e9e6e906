// A runner as a child process: started, spoken to, and done away with.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tailbound::engine::native {

/// How to start the runner of an arch.
struct RunnerCommand {
  std::string arch;                    // "arm64"
  std::vector<std::string> arguments;  // the emulator, and the runner's file
};

/// From the environment (TAILBOUND_RUNNER_ARM64 or TAILBOUND_RUNNER_X86_64 names another file), else the file
/// tailbound-runner-ARCH beside this program, and the emulator from PATH. Error: what is missing and what to
/// install.
std::expected<RunnerCommand, std::string> find_runner(std::string_view arch);

class RunnerProcess {
 public:
  /// `file` is what both sides map. The runner has answered when this returns. Error: the system's, or the
  /// runner's first word.
  static std::expected<RunnerProcess, std::string> start(const RunnerCommand& command, int file);

  RunnerProcess(RunnerProcess&& other) noexcept;
  RunnerProcess& operator=(RunnerProcess&& other) noexcept;
  ~RunnerProcess();

  enum class Turn { given, died, hung };
  /// Gives the turn to the runner and waits for it to come back, for so much of the runner's processor time
  /// (zero: for ever). After `died` and `hung` the process is gone.
  Turn take_turn(std::chrono::milliseconds processor_time);
  /// The signal that ended it; 0: it exited.
  int death_signal() const { return death_signal_; }
  pid_t pid() const { return pid_; }

 private:
  RunnerProcess(pid_t pid, int line) : pid_(pid), line_(line) {}
  std::string first_word();
  Turn wait_for_turn(std::chrono::milliseconds processor_time);
  std::chrono::milliseconds used() const;
  void end(bool with_force);

  pid_t pid_ = 0;
  int line_ = -1;
  int death_signal_ = 0;
};

}  // namespace tailbound::engine::native
