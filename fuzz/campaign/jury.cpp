#include "fuzz/campaign/jury.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <optional>

#include "fuzz/campaign/investigate.hpp"
#include "jit/bpf/codec.hpp"

namespace tailbound::fuzz {

namespace {

bool send_all(int socket, const void* data, std::size_t size) {
  const auto* at = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t sent = ::send(socket, at, size, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    at += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

bool receive_all(int socket, void* data, std::size_t size) {
  auto* at = static_cast<char*>(data);
  while (size > 0) {
    const ssize_t got = ::recv(socket, at, size, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    at += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

/// Its length, then its bytes.
template <class Bytes>
bool send_letter(int socket, const Bytes& bytes) {
  const std::uint64_t size = bytes.size();
  return send_all(socket, &size, sizeof size) && send_all(socket, bytes.data(), bytes.size());
}
template <class Bytes>
bool receive_letter(int socket, Bytes& bytes) {
  std::uint64_t size = 0;
  if (!receive_all(socket, &size, sizeof size)) return false;
  bytes.resize(size);
  return receive_all(socket, bytes.data(), size);
}

std::string packed(const Verdict& verdict) {
  return fmt::format("{} {} {}\n{}\n{}", static_cast<int>(verdict.outcome), static_cast<int>(verdict.property),
                     verdict.run, verdict.kind, verdict.detail);
}

Verdict unpacked(const std::string& letter) {
  int outcome = 0, property = 0;
  Verdict verdict;
  std::sscanf(letter.c_str(), "%d %d %zu", &outcome, &property, &verdict.run);
  verdict.outcome = static_cast<Outcome>(outcome);
  verdict.property = static_cast<Property>(property);
  const std::size_t first = letter.find('\n');
  const std::size_t second = letter.find('\n', first + 1);
  verdict.kind = letter.substr(first + 1, second - first - 1);
  verdict.detail = letter.substr(second + 1);
  return verdict;
}

Verdict unable(std::string why) { return {Outcome::unavailable, Property::fault, "", std::move(why), 0}; }

Verdict judged(Judge& judge, const bpf::Scenario& scenario, bool expectations) {
  const Judgement judgement = judge.judge(scenario, expectations);
  return judgement.judged || judgement.verdict.broken() ? judgement.verdict : unable(silent_engines(judge));
}

[[noreturn]] void serve(int socket, const Jury::Make& make, bool expectations) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  auto judge = make();
  std::vector<std::uint8_t> bytes;
  while (receive_letter(socket, bytes)) {
    const Verdict verdict =
        judge ? judged(*judge, bpf::decode_scenario(bytes), expectations) : unable(judge.error());
    if (!send_letter(socket, packed(verdict))) break;
  }
  ::_exit(0);
}

}  // namespace

Verdict Jury::judge(const bpf::Scenario& scenario) {
  if (options_.fresh) dismiss();
  if (!summon()) return unable(fmt::format("no process: {}", std::strerror(errno)));
  if (!send_letter(socket_, bpf::encode_scenario(scenario))) return bury();
  pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
  const int patience = static_cast<int>(std::chrono::milliseconds(options_.patience).count());
  int ready = 0;
  while ((ready = ::poll(&waiting, 1, patience)) < 0 && errno == EINTR) {
  }
  if (ready == 0) {
    dismiss();
    return {Outcome::disagree, Property::fault, "process hung",
            fmt::format("the process that ran it did not end within {} s", options_.patience.count()), 0};
  }
  std::string letter;
  return receive_letter(socket_, letter) ? unpacked(letter) : bury();
}

bool Jury::summon() {
  if (child_ != 0) return true;
  std::array<int, 2> pair{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) return false;
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(pair[0]);
    serve(pair[1], make_, options_.expectations);
  }
  ::close(pair[1]);
  if (child < 0) {
    ::close(pair[0]);
    return false;
  }
  child_ = child;
  socket_ = pair[0];
  return true;
}

void Jury::dismiss() {
  if (child_ == 0) return;
  ::kill(child_, SIGKILL);
  while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
  }
  ::close(socket_);
  child_ = 0;
}

/// The child ended by itself.
Verdict Jury::bury() {
  int status = 0;
  while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) {
  }
  ::close(socket_);
  child_ = 0;
  if (WIFSIGNALED(status)) return process_died(WTERMSIG(status));
  return {Outcome::disagree, Property::fault, "process ended",
          fmt::format("the process that ran it ended with exit code {}", WEXITSTATUS(status)), 0};
}

}  // namespace tailbound::fuzz
