#include "oracles/engine/native/runner_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sstream>
#include <utility>

extern char** environ;

namespace tailbound::engine::native {

namespace {

using std::chrono::milliseconds;

std::string failure(const char* what) { return std::string(what) + ": " + std::strerror(errno); }

struct RunnerRow {
  std::string_view arch;
  const char* variable;
  std::array<const char*, 2> emulators;
  std::string_view compiler;  // the package of the cross compiler
};
constexpr std::array<RunnerRow, 2> runner_rows = {{
    {"arm64", "TAILBOUND_RUNNER_ARM64", {"qemu-aarch64", "qemu-aarch64-static"}, "g++-aarch64-linux-gnu"},
    {"x86_64", "TAILBOUND_RUNNER_X86_64", {"qemu-x86_64", "qemu-x86_64-static"}, "g++-x86-64-linux-gnu"},
}};

std::string find_in_path(const char* name) {
  const char* const path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "/usr/bin" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    std::string file = folder + "/" + name;
    if (access(file.c_str(), X_OK) == 0) return file;
  }
  return {};
}

std::string beside_this_program(const std::string& name) {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  return (self.parent_path() / name).string();
}

}  // namespace

std::expected<RunnerCommand, std::string> find_runner(std::string_view arch) {
  const auto* const row = std::ranges::find(runner_rows, arch, &RunnerRow::arch);
  RunnerCommand command{.arch = std::string(arch), .arguments = {}};
  std::string emulator;
  for (const char* const name : row->emulators) {
    if (emulator.empty()) emulator = find_in_path(name);
  }
  if (emulator.empty()) {
    return std::unexpected(std::string(row->emulators[0]) + " is not in PATH; install qemu-user");
  }
  command.arguments.push_back(std::move(emulator));
  const char* const given = std::getenv(row->variable);
  std::string runner = given != nullptr ? given : beside_this_program("tailbound-runner-" + std::string(arch));
  if (access(runner.c_str(), X_OK) != 0) {
    return std::unexpected("there is no runner " + runner + "; install " + std::string(row->compiler) +
                           " and build again");
  }
  command.arguments.push_back(std::move(runner));
  return command;
}

std::expected<RunnerProcess, std::string> RunnerProcess::start(const RunnerCommand& command, int file) {
  std::array<int, 2> line{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, line.data()) != 0) {
    return std::unexpected(failure("socketpair"));
  }
  // Wakes the engine now and then, so that it sees a runner that hangs.
  const timeval second = {.tv_sec = 1, .tv_usec = 0};
  setsockopt(line[0], SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second);
  // Numbers that dup2 gives: they survive exec.
  constexpr int file_there = 3, line_there = 4;
  std::vector<std::string> arguments = command.arguments;
  arguments.push_back(std::to_string(file_there));
  arguments.push_back(std::to_string(line_there));
  std::vector<char*> raw;
  for (std::string& argument : arguments) raw.push_back(argument.data());
  raw.push_back(nullptr);
  // Above the two numbers first, lest one overwrites the other.
  const int file_copy = fcntl(file, F_DUPFD_CLOEXEC, 10);
  const int line_copy = fcntl(line[1], F_DUPFD_CLOEXEC, 10);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, file_copy, file_there);
  posix_spawn_file_actions_adddup2(&actions, line_copy, line_there);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  // An interrupt at the terminal is the engine's to act on.
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  pid_t pid = 0;
  const int error = posix_spawn(&pid, raw[0], &actions, &attributes, raw.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  for (const int fd : {file_copy, line_copy, line[1]}) close(fd);
  if (error != 0) {
    close(line[0]);
    return std::unexpected(arguments[0] + ": " + std::strerror(error));
  }
  RunnerProcess process(pid, line[0]);
  if (std::string why = process.first_word(); !why.empty()) return std::unexpected(std::move(why));
  return process;
}

/// Empty when it is the runner's turn given back; else what it says instead.
std::string RunnerProcess::first_word() {
  std::array<char, 200> word{};
  for (int seconds = 0; seconds < 60; ++seconds) {
    const ssize_t got = recv(line_, word.data(), word.size() - 1, 0);
    if (got > 0) return word[0] == '\0' ? "" : word.data();
    if (got == 0) return "the runner ended at once";
    if (errno != EAGAIN && errno != EINTR) return failure("the runner's socket");
  }
  return "the runner did not answer within a minute";
}

RunnerProcess::Turn RunnerProcess::take_turn(milliseconds processor_time) {
  const std::uint8_t turn = 0;
  if (pid_ == 0 || send(line_, &turn, 1, MSG_NOSIGNAL) != 1) {
    end(false);
    return Turn::died;
  }
  const Turn result = wait_for_turn(processor_time);
  if (result != Turn::given) end(result == Turn::hung);
  return result;
}

RunnerProcess::Turn RunnerProcess::wait_for_turn(milliseconds processor_time) {
  // What does not even use its processor time waits for something that will not come.
  constexpr int longest_silence = 120;  // seconds
  milliseconds before{-1};
  std::uint8_t turn = 0;
  for (int seconds = 0;; ++seconds) {
    const ssize_t got = recv(line_, &turn, 1, 0);
    if (got == 1) return Turn::given;
    if (got == 0 || (errno != EAGAIN && errno != EINTR)) return Turn::died;
    if (before.count() < 0) before = used();
    if (processor_time.count() == 0) continue;
    if (used() - before > processor_time || seconds > longest_silence) return Turn::hung;
  }
}

milliseconds RunnerProcess::used() const {
  clockid_t clock{};
  timespec time{};
  if (clock_getcpuclockid(pid_, &clock) != 0 || clock_gettime(clock, &time) != 0) return milliseconds{0};
  return milliseconds{time.tv_sec * 1000 + time.tv_nsec / 1'000'000};
}

/// A runner whose socket is closed ends; one that runs does not see it.
void RunnerProcess::end(bool with_force) {
  if (line_ >= 0) close(std::exchange(line_, -1));
  if (pid_ == 0) return;
  if (with_force) kill(pid_, SIGKILL);
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = 0;
  death_signal_ = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

RunnerProcess::RunnerProcess(RunnerProcess&& other) noexcept { *this = std::move(other); }

RunnerProcess& RunnerProcess::operator=(RunnerProcess&& other) noexcept {
  if (this != &other) {
    end(true);
    pid_ = std::exchange(other.pid_, 0);
    line_ = std::exchange(other.line_, -1);
    death_signal_ = other.death_signal_;
  }
  return *this;
}

RunnerProcess::~RunnerProcess() { end(true); }

}  // namespace tailbound::engine::native
