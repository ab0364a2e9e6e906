#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "oracles/engine/vm/frame.hpp"

using namespace tailbound::engine::vm;

namespace {

using Bytes = std::vector<std::uint8_t>;

RC_GTEST_PROP(Frame, ComesBackWhateverThePieces, (const std::vector<Bytes>& payloads)) {
  Bytes stream;
  for (const Bytes& payload : payloads) append_frame(FrameKind::job, payload, stream);
  FrameReader reader;
  std::vector<Bytes> seen;
  const auto piece = *rc::gen::inRange<std::size_t>(1, 40);
  for (std::size_t at = 0; at < stream.size(); at += piece) {
    reader.feed(std::span(stream).subspan(at, std::min(piece, stream.size() - at)));
    while (auto frame = reader.next()) seen.push_back(std::move(frame->payload));
  }
  RC_ASSERT(seen == payloads);
  RC_ASSERT(!reader.garbled());
}

RC_GTEST_PROP(Frame, ChangedByteIsNeverAnotherMessage, (const Bytes& payload)) {
  Bytes stream;
  append_frame(FrameKind::reply, payload, stream);
  const auto at = *rc::gen::inRange<std::size_t>(0, stream.size());
  stream[at] = static_cast<std::uint8_t>(stream[at] ^ *rc::gen::inRange(1, 256));
  FrameReader reader;
  reader.feed(stream);
  const auto frame = reader.next();
  // Of the kind alone there is no check: a reply that became a job is of the wrong kind for who waits.
  RC_ASSERT(!frame || (frame->kind != FrameKind::reply && frame->payload == payload));
}

TEST(Frame, NothingFollowsGarbage) {
  Bytes stream(frame_header, 0x5a);
  append_frame(FrameKind::job, Bytes{1}, stream);
  FrameReader reader;
  reader.feed(stream);
  EXPECT_FALSE(reader.next());
  EXPECT_TRUE(reader.garbled());
  EXPECT_FALSE(reader.next());
}

TEST(Frame, LengthBeyondTheLimitIsGarbage) {
  Bytes stream;
  append_frame(FrameKind::job, Bytes{1}, stream);
  stream[11] = 0xff;
  FrameReader reader;
  reader.feed(stream);
  EXPECT_FALSE(reader.next());
  EXPECT_TRUE(reader.garbled());
}

}  // namespace
