#include "oracles/smt/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <list>
#include <string_view>

namespace tailbound::smt {

namespace {

using Clock = std::chrono::steady_clock;
constexpr int no_such_command = 127;
constexpr int work_threw = 126;
constexpr std::size_t most_errors = 4096;

void write_all(int to, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(to, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// The command's input lies in memory, so that nobody waits for a reader.
int input_of(const Job& job) {
  const int input = ::memfd_create("input", MFD_CLOEXEC);
  if (input < 0) return input;
  write_all(input, job.input);
  ::lseek(input, 0, SEEK_SET);
  return input;
}

[[noreturn]] void become(const Job& job, int input, int output, int errors) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::setpgid(0, 0);
  ::dup2(errors, STDERR_FILENO);
  if (job.command.empty()) {
    try {
      write_all(output, job.work());
    } catch (const std::exception& error) {
      write_all(errors, error.what());
      ::_exit(work_threw);
    }
    ::_exit(0);
  }
  ::dup2(input, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  std::vector<char*> argv;
  for (const std::string& word : job.command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  // Last: a sanitizer's own memory is far above any limit.
  if (job.memory_limit != 0) {
    const rlimit limit{job.memory_limit, job.memory_limit};
    ::setrlimit(RLIMIT_AS, &limit);
  }
  ::execvp(argv[0], argv.data());
  ::_exit(no_such_command);
}

struct Running {
  std::size_t index = 0;
  pid_t pid = -1;
  int output = -1, errors = -1;
  Clock::time_point start, end;
  Ended ended;
};

Running failed(std::size_t index, const char* what) {
  Running running;
  running.index = index;
  running.ended.errors = std::string(what) + ": " + std::strerror(errno);
  running.ended.exit_code = work_threw;
  return running;
}

Running start(std::size_t index, const Job& job) {
  std::array<int, 2> output{}, errors{};
  std::fflush(nullptr);
  if (::pipe2(output.data(), O_CLOEXEC) != 0) return failed(index, "pipe");
  if (::pipe2(errors.data(), O_CLOEXEC) != 0) return failed(index, "pipe");
  const int input = input_of(job);
  Running running;
  running.index = index;
  running.start = Clock::now();
  running.end = running.start + job.time_limit;
  running.pid = ::fork();
  if (running.pid == 0) become(job, input, output[1], errors[1]);
  if (input >= 0) ::close(input);
  ::close(output[1]);
  ::close(errors[1]);
  running.output = output[0];
  running.errors = errors[0];
  if (running.pid < 0) {
    ::close(output[0]);
    ::close(errors[0]);
    return failed(index, "fork");
  }
  return running;
}

/// False when the pipe has ended.
bool receive(int from, std::string& into, std::size_t most) {
  std::array<char, 65536> part;
  const ssize_t got = ::read(from, part.data(), part.size());
  if (got < 0 && errno == EINTR) return true;
  if (got <= 0) return false;
  into.append(part.data(), std::min(static_cast<std::size_t>(got), most - std::min(most, into.size())));
  return true;
}

void close_ended(int& pipe, bool open) {
  if (open) return;
  ::close(pipe);
  pipe = -1;
}

void kill_late(Running& running) {
  if (running.ended.timed_out || Clock::now() < running.end) return;
  running.ended.timed_out = true;
  ::kill(-running.pid, SIGKILL);
  ::kill(running.pid, SIGKILL);
}

void poll_once(std::list<Running>& all) {
  std::vector<pollfd> pipes;
  auto next = Clock::time_point::max();
  for (const Running& running : all) {
    pipes.push_back({running.output, POLLIN, 0});  // poll ignores a pipe of -1
    pipes.push_back({running.errors, POLLIN, 0});
    next = std::min(next, running.end);
  }
  const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(next - Clock::now()).count();
  ::poll(pipes.data(), pipes.size(), static_cast<int>(std::clamp<long>(wait + 1, 1, 1000)));
  std::size_t at = 0;
  for (Running& running : all) {
    if (pipes[at++].revents != 0)
      close_ended(running.output, receive(running.output, running.ended.output, SIZE_MAX));
    if (pipes[at++].revents != 0) {
      close_ended(running.errors, receive(running.errors, running.ended.errors, most_errors));
    }
    kill_late(running);
  }
}

void reap(Running& running) {
  if (running.pid < 0) return;
  int status = 0;
  while (::waitpid(running.pid, &status, 0) < 0 && errno == EINTR) {
  }
  Ended& ended = running.ended;
  if (WIFSIGNALED(status)) ended.signal = WTERMSIG(status);
  else ended.exit_code = WEXITSTATUS(status);
  ended.missing = ended.exit_code == no_such_command && ended.output.empty();
  ended.seconds = std::chrono::duration<double>(Clock::now() - running.start).count();
}

bool has_ended(const Running& running) { return running.output < 0 && running.errors < 0; }

}  // namespace

void run_jobs(const std::vector<Job>& jobs, unsigned at_once,
              const std::function<void(std::size_t, Ended&&)>& done) {
  std::list<Running> all;
  std::size_t next = 0;
  while (next < jobs.size() || !all.empty()) {
    while (next < jobs.size() && all.size() < std::max(at_once, 1U)) {
      all.push_back(start(next, jobs[next]));
      ++next;
    }
    if (std::ranges::none_of(all, has_ended)) poll_once(all);
    for (auto it = all.begin(); it != all.end();) {
      if (!has_ended(*it)) {
        ++it;
        continue;
      }
      reap(*it);
      done(it->index, std::move(it->ended));
      it = all.erase(it);
    }
  }
}

Ended run_job(const Job& job) {
  Ended result;
  run_jobs({job}, 1, [&](std::size_t, Ended&& ended) { result = std::move(ended); });
  return result;
}

}  // namespace tailbound::smt
