#include "fuzz/campaign/child.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>

namespace tailbound::fuzz {

namespace {

void send(int pipe, std::string_view message) {
  while (!message.empty()) {
    const ssize_t written = ::write(pipe, message.data(), message.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    message.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::string receive(int pipe) {
  std::string message;
  std::array<char, 4096> part;
  for (;;) {
    const ssize_t got = ::read(pipe, part.data(), part.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return message;
    message.append(part.data(), static_cast<std::size_t>(got));
  }
}

/// An exception or lost output is our failure, never a finding.
int guarded(const std::function<int(std::string&)>& work, std::string& message) {
  constexpr int could_not_run = 3;
  try {
    const int code = work(message);
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
    message = std::string("standard output: ") + std::strerror(errno);
  } catch (const std::exception& error) {
    message = error.what();
  }
  return could_not_run;
}

}  // namespace

ChildEnd in_child(const std::function<int(std::string&)>& work) {
  std::array<int, 2> pipe{};
  std::fflush(nullptr);
  if (::pipe(pipe.data()) != 0) return {3, 0, std::string("pipe: ") + std::strerror(errno)};
  const pid_t child = ::fork();
  if (child < 0) {
    const std::string why = std::string("fork: ") + std::strerror(errno);
    ::close(pipe[0]);
    ::close(pipe[1]);
    return {3, 0, why};
  }
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::close(pipe[0]);
    std::string message;
    const int code = guarded(work, message);
    send(pipe[1], message);
    ::_exit(code);
  }
  ::close(pipe[1]);
  ChildEnd end;
  end.message = receive(pipe[0]);
  ::close(pipe[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) end.signal = WTERMSIG(status);
  else end.exit_code = WEXITSTATUS(status);
  return end;
}

}  // namespace tailbound::fuzz
