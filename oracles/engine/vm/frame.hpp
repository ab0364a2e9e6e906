// Messages between tailbound and its guest over a byte stream: each with length and checksum, so that what a
// broken kernel garbles is never taken for an answer. Also compiled into the guest's init: standard library
// alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace tailbound::engine::vm {

enum class FrameKind : std::uint32_t {
  hello = 1,  // guest: what it is (text lines "key value")
  job,        // host: one job of the runner
  reply,      // guest: what the runner says of it
};

struct Frame {
  FrameKind kind = FrameKind::hello;
  std::vector<std::uint8_t> payload;
};

/// A longer payload is never sent; a header that says so is garbage.
inline constexpr std::uint32_t frame_limit = 64U << 20;
/// Magic, kind, length, checksum of the payload: 32 bits each, little-endian.
inline constexpr std::size_t frame_header = 16;

void append_frame(FrameKind kind, std::span<const std::uint8_t> payload, std::vector<std::uint8_t>& into);

/// Takes bytes as they come and gives whole frames.
class FrameReader {
 public:
  void feed(std::span<const std::uint8_t> bytes);
  /// The next whole frame; nothing while it is not there, or once garbled() is true.
  std::optional<Frame> next();
  /// What came is no frame: nothing after it can be trusted.
  bool garbled() const { return garbled_; }

 private:
  std::vector<std::uint8_t> bytes_;
  std::size_t begin_ = 0;  // of what was not given yet
  bool garbled_ = false;
};

}  // namespace tailbound::engine::vm
