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

/// A letter to the child: how many scenarios, and each with its length before it.
std::vector<std::uint8_t> packed(std::span<const bpf::Scenario> scenarios) {
  std::vector<std::uint8_t> letter;
  const auto add = [&](std::uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8) letter.push_back(static_cast<std::uint8_t>(number >> shift));
  };
  add(scenarios.size());
  for (const bpf::Scenario& scenario : scenarios) {
    const auto bytes = bpf::encode_scenario(scenario);
    add(bytes.size());
    letter.insert(letter.end(), bytes.begin(), bytes.end());
  }
  return letter;
}

std::vector<bpf::Scenario> unpacked(std::span<const std::uint8_t> letter) {
  const auto take = [&](std::size_t size) {
    const auto part = letter.first(size);
    letter = letter.subspan(size);
    return part;
  };
  const auto number = [&] {
    std::uint64_t value = 0;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  };
  std::vector<bpf::Scenario> scenarios;
  for (std::uint64_t left = number(); left > 0; --left)
    scenarios.push_back(bpf::decode_scenario(take(static_cast<std::size_t>(number()))));
  return scenarios;
}

/// One after the other, behind each other in one letter.
constexpr char separator = '\0';

std::string verdicts_of(std::expected<Judge, std::string>& judge, std::span<const bpf::Scenario> scenarios,
                        bool expectations) {
  std::string letter;
  if (judge) judge->run_ahead(scenarios.size() > 1 ? scenarios : std::span<const bpf::Scenario>());
  for (const bpf::Scenario& scenario : scenarios)
    (letter += packed(judge ? judged(*judge, scenario, expectations) : unable(judge.error()))) += separator;
  return letter;
}

[[noreturn]] void serve(int socket, const Jury::Make& make, bool expectations) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  auto judge = make();
  std::vector<std::uint8_t> bytes;
  while (receive_letter(socket, bytes)) {
    const std::vector<bpf::Scenario> scenarios = unpacked(bytes);
    if (!send_letter(socket, verdicts_of(judge, scenarios, expectations))) break;
  }
  ::_exit(0);
}

}  // namespace

Verdict Jury::judge(const bpf::Scenario& scenario) {
  if (options_.fresh) dismiss();
  return std::move(ask({&scenario, 1}).front());
}

std::vector<Verdict> Jury::judge_all(std::span<const bpf::Scenario> scenarios) {
  std::vector<Verdict> verdicts;
  if (!options_.fresh && scenarios.size() > 1) verdicts = ask(scenarios);
  if (verdicts.size() == scenarios.size()) return verdicts;
  // Whose death it was is not known: each by itself.
  verdicts.clear();
  for (const bpf::Scenario& scenario : scenarios) verdicts.push_back(judge(scenario));
  return verdicts;
}

/// As many verdicts as scenarios; a single one where no process could be started or it did not answer.
std::vector<Verdict> Jury::ask(std::span<const bpf::Scenario> scenarios) {
  if (!summon()) return {unable(fmt::format("no process: {}", std::strerror(errno)))};
  if (!send_letter(socket_, packed(scenarios))) return {bury()};
  pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
  const auto patience = options_.patience + std::chrono::seconds(scenarios.size() - 1);
  int ready = 0;
  while ((ready = ::poll(&waiting, 1, static_cast<int>(std::chrono::milliseconds(patience).count()))) < 0 &&
         errno == EINTR) {
  }
  if (ready == 0) {
    dismiss();
    return {{Outcome::disagree, Property::fault, "process hung",
             fmt::format("the process that ran it did not end within {} s", patience.count()), 0}};
  }
  std::string letter;
  if (!receive_letter(socket_, letter)) return {bury()};
  std::vector<Verdict> verdicts;
  for (std::size_t at = 0; at < letter.size();) {
    const std::size_t end = letter.find(separator, at);
    verdicts.push_back(unpacked(letter.substr(at, end - at)));
    at = end + 1;
  }
  return verdicts;
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
