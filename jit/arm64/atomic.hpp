// Atomic operations on memory (RFC 9669 section 5.3).
#pragma once

#include "jit/arm64/assembler.hpp"

namespace tailbound::arm64 {

/// What an operation works on: 8 (wide) or 4 bytes at base + off, and src; a fetching one leaves the old value in
/// src, compare and exchange in r0.
struct Atomic {
  std::int32_t operation = 0;
  X base;
  std::int16_t off = 0;
  Sized src;
};

/// By the instructions of the Large System Extensions, or by exclusive loads and stores. Uses x9 to x12. false: no
/// operation of RFC 9669.
bool emit_atomic(Assembler& a, const Atomic& atomic, bool exclusive);

}  // namespace tailbound::arm64
