#include "oracles/engine/kernel/stream.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "oracles/engine/kernel/runner.hpp"

namespace tailbound::engine::kernel {

namespace {

using std::chrono::milliseconds;

int left(const Deadline& deadline) {
  if (!deadline) return -1;
  const auto rest = std::chrono::ceil<milliseconds>(*deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(rest.count(), 0, 1'000'000));
}

StreamEnd wait(int fd, short events, const Deadline& deadline) {
  pollfd one{.fd = fd, .events = events, .revents = 0};
  for (;;) {
    const int ready = ::poll(&one, 1, left(deadline));
    if (ready > 0) return StreamEnd::whole;
    if (ready == 0) return StreamEnd::late;
    if (errno != EINTR) return StreamEnd::closed;
  }
}

/// `transfer(rest)` is read(2) or write(2): bytes done, 0 at the end, or -1.
template <class Byte, class Transfer>
StreamEnd all(int fd, short events, std::span<Byte> bytes, const Deadline& deadline, Transfer&& transfer) {
  while (!bytes.empty()) {
    if (const StreamEnd end = wait(fd, events, deadline); end != StreamEnd::whole) return end;
    const ssize_t done = transfer(bytes);
    if (done < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (done <= 0) return StreamEnd::closed;
    bytes = bytes.subspan(static_cast<std::size_t>(done));
  }
  return StreamEnd::whole;
}

StreamEnd read_all(int fd, std::span<std::uint8_t> into, const Deadline& deadline) {
  return all(fd, POLLIN, into, deadline, [&](auto rest) { return ::read(fd, rest.data(), rest.size()); });
}

}  // namespace

StreamEnd read_message(int fd, std::uint32_t magic, std::vector<std::uint8_t>& into, const Deadline& deadline) {
  std::array<std::uint8_t, message_header_bytes> header{};
  if (const StreamEnd end = read_all(fd, header, deadline); end != StreamEnd::whole) return end;
  const std::uint32_t size = message_bytes(header, magic);
  if (size == 0) return StreamEnd::foreign;
  into.resize(size);
  std::ranges::copy(header, into.begin());
  return read_all(fd, std::span(into).subspan(header.size()), deadline);
}

StreamEnd write_message(int fd, std::span<const std::uint8_t> message, const Deadline& deadline) {
  return all(fd, POLLOUT, message, deadline, [&](auto rest) { return ::write(fd, rest.data(), rest.size()); });
}

void serve(int in, int out) {
  Runner runner;
  std::vector<std::uint8_t> request;
  while (read_message(in, request_magic, request, {}) == StreamEnd::whole) {
    if (write_message(out, runner.execute(request), {}) != StreamEnd::whole) return;
  }
}

}  // namespace tailbound::engine::kernel
