// The way to a runner: in a child process for the running kernel, over a serial port for a guest.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tailbound::engine::kernel {

class Channel {
 public:
  /// The runner did not answer; the next exchange starts another one.
  struct Lost {
    bool late = false;      // it may still be at it; else it is gone
    std::string_view what;  // static text: "kernel panic", "time limit"
    std::string log;        // what the kernel said last; empty where nobody listens
  };

  virtual ~Channel() = default;
  /// Why there is no runner to be had; starts one where that is how to know.
  virtual std::optional<std::string> unavailable() = 0;
  /// A request's reply (job.hpp); it stays valid until the next call. `limit`: how long it may take; zero: for
  /// ever.
  virtual std::expected<std::span<const std::uint8_t>, Lost> exchange(std::span<const std::uint8_t> request,
                                                                      std::chrono::milliseconds limit) = 0;
};

/// A runner on the running kernel in a child of this process, so that what kills or holds it leaves this one
/// alone.
std::unique_ptr<Channel> make_child_channel();

}  // namespace tailbound::engine::kernel
