#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "oracles/engine/kernel/channel.hpp"
#include "oracles/engine/kernel/fd.hpp"
#include "oracles/engine/kernel/runner.hpp"
#include "oracles/engine/kernel/stream.hpp"

namespace tailbound::engine::kernel {

namespace {

class ChildChannel final : public Channel {
 public:
  ~ChildChannel() override { stop(); }

  std::optional<std::string> unavailable() override {
    if (!asked_) {
      asked_ = true;
      why_ = why_no_bpf();
    }
    return why_.empty() ? std::nullopt : std::optional(why_);
  }

  std::expected<std::span<const std::uint8_t>, Lost> exchange(std::span<const std::uint8_t> request,
                                                              std::chrono::milliseconds limit) override {
    if (owner_ != ::getpid() && !start()) return std::unexpected(Lost{false, "no process for the runner", {}});
    Deadline deadline;
    if (limit.count() != 0) deadline = std::chrono::steady_clock::now() + limit;
    StreamEnd end = write_message(socket_.get(), request, deadline);
    if (end == StreamEnd::whole) end = read_message(socket_.get(), reply_magic, reply_, deadline);
    if (end == StreamEnd::whole) return reply_;
    stop();
    const bool late = end == StreamEnd::late;
    return std::unexpected(Lost{late, late ? "time limit" : "the runner's process died", {}});
  }

 private:
  bool start() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return false;
    socket_ = Fd(ends[0]);
    const Fd other(ends[1]);
    const pid_t parent = ::getpid();
    child_ = ::fork();
    if (child_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::getppid() != parent) ::_exit(0);
      // An interrupt is the parent's to deal with.
      for (const int signal : {SIGINT, SIGTERM, SIGUSR1}) ::signal(signal, SIG_IGN);
      ::close(ends[0]);
      serve(ends[1], ends[1]);
      ::_exit(0);
    }
    owner_ = child_ < 0 ? 0 : parent;
    return child_ > 0;
  }

  void stop() {
    if (owner_ == ::getpid()) {
      ::kill(child_, SIGKILL);
      // One that the kernel holds is not waited for: it goes when the kernel lets it.
      for (int i = 0; i < 100 && ::waitpid(child_, nullptr, WNOHANG) == 0; ++i) ::usleep(1000);
    }
    owner_ = 0;
    socket_ = Fd();
  }

  bool asked_ = false;
  std::string why_;
  Fd socket_;
  pid_t child_ = -1;
  pid_t owner_ = 0;  // whose child it is: a process that was forked since has none
  std::vector<std::uint8_t> reply_;
};

}  // namespace

std::unique_ptr<Channel> make_child_channel() { return std::make_unique<ChildChannel>(); }

}  // namespace tailbound::engine::kernel
