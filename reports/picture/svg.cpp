// Graphviz' `dot` as a process of its own. Text goes in and comes out through files without a name, so that
// neither side can wait for the other.
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "reports/picture/picture.hpp"

extern char** environ;

namespace tailbound::reports {

namespace {

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
int run_dot(const NamelessFile& in, const NamelessFile& out, const NamelessFile& err, int& status) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.fd(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out.fd(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err.fd(), STDERR_FILENO);
  std::array<char, 4> name = {'d', 'o', 't', '\0'};
  std::array<char, 6> format = {'-', 'T', 's', 'v', 'g', '\0'};
  std::array<char*, 3> arguments = {name.data(), format.data(), nullptr};
  pid_t child = 0;
  const int failed = posix_spawnp(&child, name.data(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return failed;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return errno;
  }
  return 0;
}

}  // namespace

std::expected<std::string, std::string> svg_of(const std::string& dot) {
  const NamelessFile in("dot"), out("svg"), err("errors");
  if (in.fd() < 0 || out.fd() < 0 || err.fd() < 0 || !in.fill(dot)) {
    return std::unexpected(fmt::format("dot: no memory for its input: {}", std::strerror(errno)));
  }
  int status = 0;
  if (const int failed = run_dot(in, out, err, status); failed != 0) {
    const char* const why =
        failed == ENOENT ? "is not installed (Debian package graphviz)" : std::strerror(failed);
    return std::unexpected(fmt::format("dot, which draws the SVG, {}", why));
  }
  std::string svg = out.content();
  if (status != 0 || !svg.contains("</svg>")) {
    const std::string said = err.content();
    return std::unexpected(
        fmt::format("dot failed: {}", said.empty() ? "it drew nothing" : said.substr(0, said.find('\n'))));
  }
  return svg;
}

}  // namespace tailbound::reports
