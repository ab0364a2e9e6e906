#include "reports/tool.hpp"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

extern char** environ;

namespace tailbound::reports {

namespace {

/// Text goes in and comes out through files without a name, so that neither side can wait for the other.
class NamelessFile {
 public:
  explicit NamelessFile(const char* what) : fd_(memfd_create(what, MFD_CLOEXEC)) {}
  NamelessFile(const NamelessFile&) = delete;
  NamelessFile& operator=(const NamelessFile&) = delete;
  ~NamelessFile() {
    if (fd_ >= 0) close(fd_);
  }

  int fd() const { return fd_; }

  bool fill(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t written = write(fd_, text.data(), text.size());
      if (written <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(written));
    }
    return lseek(fd_, 0, SEEK_SET) == 0;
  }

  std::string content() const {
    std::string text;
    std::array<char, 4096> part;
    lseek(fd_, 0, SEEK_SET);
    for (ssize_t n = 0; (n = read(fd_, part.data(), part.size())) > 0;)
      text.append(part.data(), static_cast<std::size_t>(n));
    return text;
  }

 private:
  int fd_;
};

/// 0, or errno of what kept it from starting; `status` as waitpid gives it.
int spawn(std::vector<std::string> command, const NamelessFile& in, const NamelessFile& out,
          const NamelessFile& err, int& status) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.fd(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out.fd(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err.fd(), STDERR_FILENO);
  std::vector<char*> arguments;
  for (std::string& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  const int failed = posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return failed;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return errno;
  }
  return 0;
}

}  // namespace

std::expected<std::string, std::string> run_tool(const Tool& tool, std::string_view input) {
  const NamelessFile in("input"), out("output"), err("errors");
  if (in.fd() < 0 || out.fd() < 0 || err.fd() < 0 || !in.fill(input)) {
    return std::unexpected(
        fmt::format("{}: no memory for its input: {}", tool.command[0], std::strerror(errno)));
  }
  int status = 0;
  if (const int failed = spawn(tool.command, in, out, err, status); failed != 0) {
    return std::unexpected(
        failed == ENOENT ? fmt::format("{} is not installed (Debian package {})", tool.purpose, tool.package)
                         : fmt::format("{} {}", tool.purpose, std::strerror(failed)));
  }
  if (status == 0) return out.content();
  const std::string said = err.content();
  return std::unexpected(fmt::format("{} failed: {}", tool.command[0],
                                     said.empty() ? "it said nothing" : said.substr(0, said.find('\n'))));
}

}  // namespace tailbound::reports
