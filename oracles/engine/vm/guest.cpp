#include "oracles/engine/vm/guest.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "oracles/engine/vm/console_log.hpp"

namespace tailbound::engine::vm {

namespace {
using Clock = std::chrono::steady_clock;
}  // namespace

std::expected<Guest, GuestEnd> Guest::boot(const GuestMachine& machine, const Patience& patience) {
  auto qemu = Qemu::start(machine);
  if (!qemu) return std::unexpected(GuestEnd{end_kind::exit, qemu.error(), {}, {}});
  Guest guest(std::move(*qemu), patience);
  auto hello = guest.receive(FrameKind::hello, patience.boot);
  if (!hello) return std::unexpected(std::move(hello.error()));
  guest.hello_.assign(hello->payload.begin(), hello->payload.end());
  return guest;
}

std::expected<std::vector<std::uint8_t>, GuestEnd> Guest::ask(std::span<const std::uint8_t> job) {
  out_.clear();
  append_frame(FrameKind::job, job, out_);
  if (!send(out_)) return std::unexpected(gone());
  auto reply = receive(FrameKind::reply, patience_.answer);
  if (!reply) return std::unexpected(std::move(reply.error()));
  return std::move(reply->payload);
}

std::expected<Frame, GuestEnd> Guest::receive(FrameKind kind, std::chrono::seconds limit) {
  const Clock::time_point start = Clock::now();
  last_beat_ = start;
  // Before its hello a guest has no heart to listen to.
  const std::chrono::seconds silence = kind == FrameKind::hello ? limit : patience_.beat;
  for (;;) {
    if (auto frame = frames_.next()) {
      if (frame->kind == kind) return std::move(*frame);
      return std::unexpected(hangs("the guest answered with a message of another kind"));
    }
    if (frames_.garbled()) return std::unexpected(hangs("what the guest sent is garbled"));
    if (Clock::now() - start > limit)
      return std::unexpected(hangs(fmt::format("no answer in {} s", limit.count())));
    if (Clock::now() - last_beat_ > silence)
      return std::unexpected(hangs(fmt::format("no sign of life for {} s", silence.count())));
    std::array<pollfd, 2> ports = {{{qemu_.jobs(), POLLIN, 0}, {qemu_.beat(), POLLIN, 0}}};
    constexpr int half_a_second = 500;
    ::poll(ports.data(), ports.size(), half_a_second);
    if (ports[1].revents != 0 && !take_beat() && ports[0].revents == 0) return std::unexpected(gone());
    if (ports[0].revents != 0 && !take_jobs()) return std::unexpected(gone());
  }
}

bool Guest::take_jobs() {
  std::array<std::uint8_t, 65536> part;
  const ssize_t got = ::read(qemu_.jobs(), part.data(), part.size());
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  frames_.feed(std::span(part).first(static_cast<std::size_t>(got)));
  return got != 0;
}

bool Guest::take_beat() {
  std::array<char, 256> beats;
  const ssize_t got = ::read(qemu_.beat(), beats.data(), beats.size());
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  last_beat_ = Clock::now();
  return got != 0;
}

bool Guest::send(std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::send(qemu_.jobs(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (wrote > 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(wrote));
      continue;
    }
    if (wrote < 0 && errno != EAGAIN && errno != EINTR) return false;
    pollfd port{qemu_.jobs(), POLLOUT, 0};
    if (::poll(&port, 1, static_cast<int>(patience_.beat.count() * 1000)) == 0) return false;
    if ((port.revents & (POLLHUP | POLLERR)) != 0) return false;
  }
  return true;
}

GuestEnd Guest::gone() {
  // It may be about to say why.
  constexpr unsigned while_it_ends = 2000;
  qemu_.end(while_it_ends);
  std::string console = qemu_.console();
  ConsoleEnd said = console_end(console);
  std::string errors = qemu_.errors();
  if (said.kind.empty()) said = {end_kind::exit, "the guest ended without a word"};
  return {said.kind, std::move(said.line), std::move(console), std::move(errors)};
}

GuestEnd Guest::hangs(std::string detail) {
  qemu_.end();
  std::string console = qemu_.console();
  ConsoleEnd said = console_end(console);
  if (said.kind.empty()) said = {end_kind::hang, std::move(detail)};
  return {said.kind, std::move(said.line), std::move(console), qemu_.errors()};
}

std::string_view Guest::described(std::string_view key) const {
  std::string_view rest = hello_;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (line.starts_with(key) && line.substr(key.size()).starts_with(' ')) return line.substr(key.size() + 1);
  }
  return {};
}

std::vector<std::string> Guest::lacks() const { return lacking(qemu_.console()); }

}  // namespace tailbound::engine::vm
