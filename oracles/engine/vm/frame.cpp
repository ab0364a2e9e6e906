#include "oracles/engine/vm/frame.hpp"

namespace tailbound::engine::vm {

namespace {

constexpr std::uint32_t magic = 0x31464254;  // "TBF1"

/// FNV-1a.
std::uint32_t checksum(std::span<const std::uint8_t> bytes) {
  std::uint32_t sum = 0x811c9dc5;
  for (const std::uint8_t byte : bytes) sum = (sum ^ byte) * 0x01000193;
  return sum;
}

void append_word(std::uint32_t word, std::vector<std::uint8_t>& into) {
  for (int shift = 0; shift < 32; shift += 8) into.push_back(static_cast<std::uint8_t>(word >> shift));
}

std::uint32_t word_at(std::span<const std::uint8_t> bytes, std::size_t offset) {
  std::uint32_t word = 0;
  for (std::size_t i = 0; i < 4; ++i) word |= static_cast<std::uint32_t>(bytes[offset + i]) << (8 * i);
  return word;
}

}  // namespace

void append_frame(FrameKind kind, std::span<const std::uint8_t> payload, std::vector<std::uint8_t>& into) {
  append_word(magic, into);
  append_word(static_cast<std::uint32_t>(kind), into);
  append_word(static_cast<std::uint32_t>(payload.size()), into);
  append_word(checksum(payload), into);
  into.insert(into.end(), payload.begin(), payload.end());
}

void FrameReader::feed(std::span<const std::uint8_t> bytes) {
  bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(begin_));
  begin_ = 0;
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

std::optional<Frame> FrameReader::next() {
  const std::span<const std::uint8_t> rest = std::span(bytes_).subspan(begin_);
  if (garbled_ || rest.size() < frame_header) return std::nullopt;
  const std::uint32_t kind = word_at(rest, 4);
  const std::uint32_t length = word_at(rest, 8);
  garbled_ = word_at(rest, 0) != magic || kind < static_cast<std::uint32_t>(FrameKind::hello) ||
             kind > static_cast<std::uint32_t>(FrameKind::reply) || length > frame_limit;
  if (garbled_ || rest.size() - frame_header < length) return std::nullopt;
  const auto payload = rest.subspan(frame_header, length);
  garbled_ = word_at(rest, 12) != checksum(payload);
  if (garbled_) return std::nullopt;
  begin_ += frame_header + length;
  return Frame{static_cast<FrameKind>(kind), {payload.begin(), payload.end()}};
}

}  // namespace tailbound::engine::vm
