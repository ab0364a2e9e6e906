// RapidCheck: bytes for decode_scenario of which much survives repair.
#pragma once

#include <rapidcheck.h>

#include <cstdint>
#include <vector>

namespace tailbound::bpf::samples {

using Byte = std::uint8_t;
using ByteVector = std::vector<Byte>;

/// Long inputs of which most bytes are small, so that lists go on and references hit.
inline rc::Gen<ByteVector> scenario_bytes() {
  const auto byte = rc::gen::weightedOneOf<Byte>(
      {{4, rc::gen::inRange<Byte>(0, 8)}, {2, rc::gen::inRange<Byte>(0, 64)}, {1, rc::gen::arbitrary<Byte>()}});
  return rc::gen::withSize(
      [byte](int size) { return rc::gen::resize(size * 20, rc::gen::container<ByteVector>(byte)); });
}

}  // namespace tailbound::bpf::samples
