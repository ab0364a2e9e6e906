// Whole messages over a pair of descriptors: a socket to a child, a guest's serial port. Standard library
// alone.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace tailbound::engine::kernel {

using Deadline = std::optional<std::chrono::steady_clock::time_point>;  // nothing: waits for ever

enum class StreamEnd : std::uint8_t { whole, closed, late, foreign };  // foreign: what came is no message

/// Replaces `into` by one message that starts with `magic`.
StreamEnd read_message(int fd, std::uint32_t magic, std::vector<std::uint8_t>& into, const Deadline& deadline);
StreamEnd write_message(int fd, std::span<const std::uint8_t> message, const Deadline& deadline);

/// The other side: executes requests from `in` and writes the replies to `out`, until `in` ends or gives what
/// is none.
void serve(int in, int out);

}  // namespace tailbound::engine::kernel
