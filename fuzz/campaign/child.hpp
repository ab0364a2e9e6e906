// Work in a process that may die.
#pragma once

#include <functional>
#include <string>

namespace tailbound::fuzz {

struct ChildEnd {
  int exit_code = 0;
  int signal = 0;       // that killed it; 0: it exited
  std::string message;  // what `work` returned through the pipe
};

/// Forks, runs `work` in the child, sends back what it puts into its argument, waits. The child's standard output
/// and error are the parent's. `work` returns the exit code. Exit code 3 with no signal: fork failed, see message.
ChildEnd in_child(const std::function<int(std::string& message)>& work);

}  // namespace tailbound::fuzz
