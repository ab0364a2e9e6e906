#include "jit/arm64/link.hpp"

#include <cassert>
#include <cstring>

#include "jit/arm64/assembler.hpp"

namespace tailbound::arm64 {

namespace {

using jit::Relocation;

std::uint32_t word_at(const std::uint8_t* at) {
  std::uint32_t value = 0;
  std::memcpy(&value, at, sizeof value);
  return value;
}
void put(std::uint8_t* at, std::uint32_t value) { std::memcpy(at, &value, sizeof value); }

// Moves of 16 bits: the operation in bits 29 and 30, the block in 21 and 22, the immediate in 5 to 20.
constexpr std::uint32_t operation = 3U << 29;
constexpr std::uint32_t inverted = 0U << 29, zeroing = 2U << 29;
bool is_movk(std::uint32_t insn) { return (insn & 0x7f800000U) == 0x72800000U; }
unsigned block_of(std::uint32_t insn) { return insn >> 21 & 3; }
std::uint32_t with_immediate(std::uint32_t insn, std::uint64_t bits) {
  return (insn & ~(0xffffU << 5)) | static_cast<std::uint32_t>(bits & 0xffff) << 5;
}

std::uint64_t address_of(const Relocation& r, const jit::Placement& placement) {
  switch (r.kind) {
    case Relocation::Kind::function: return placement.function[r.target];
    case Relocation::Kind::helper: return placement.helper[r.target];
    case Relocation::Kind::map: return placement.map[r.target];
    case Relocation::Kind::map_value:
      return placement.map_value[r.target] + static_cast<std::uint64_t>(std::int64_t{r.addend});
    case Relocation::Kind::thunk:
    case Relocation::Kind::return_thunk:
    case Relocation::Kind::per_cpu: break;
  }
  assert(false && "no arm64 image has this");
  return 0;
}

/// The first word says what the blocks without one hold. One that begins with the lowest block (the address of code)
/// becomes movn or movz as the address needs.
bool put_literal(std::uint8_t* at, std::uint64_t address) {
  std::uint32_t first = word_at(at);
  if (block_of(first) == 0) first = (first & ~operation) | (address >> 48 == 0 ? zeroing : inverted);
  const bool from_ones = (first & operation) == inverted;
  std::uint64_t written = 0;
  const auto value = [&](unsigned block) {
    written |= 0xffffULL << 16 * block;
    return address >> 16 * block;
  };
  put(at, with_immediate(first, from_ones ? ~value(block_of(first)) : value(block_of(first))));
  for (at += word_bytes; is_movk(word_at(at)); at += word_bytes) {
    put(at, with_immediate(word_at(at), value(block_of(word_at(at)))));
  }
  const std::uint64_t rest = from_ones ? ~address : address;
  return (rest & ~written) == 0;
}

bool put_branch(std::uint8_t* at, std::uint64_t from, std::uint64_t to) {
  const auto distance = static_cast<std::int64_t>(to - from);
  constexpr std::int64_t reach = std::int64_t{1} << 27;
  if (distance < -reach || distance >= reach || distance % word_bytes != 0) return false;
  constexpr std::uint32_t field = 0x3ffffffU;
  put(at, (word_at(at) & ~field) | (static_cast<std::uint32_t>(distance / word_bytes) & field));
  return true;
}

}  // namespace

bool put_address(Relocation::Form form, std::uint8_t* at, std::uint64_t from, std::uint64_t to) {
  switch (form) {
    case Relocation::Form::branch26: return put_branch(at, from, to);
    case Relocation::Form::literal: return put_literal(at, to);
    case Relocation::Form::rel32:
    case Relocation::Form::abs64: break;
  }
  assert(false && "no arm64 image has this");
  return false;
}

std::expected<void, std::string> link(const jit::Image& image, const jit::Placement& placement, std::uint8_t* code) {
  for (const Relocation& r : image.relocations) {
    const std::uint64_t from = placement.function[r.function] + r.offset - image.functions[r.function].offset;
    if (!put_address(r.form, code + r.offset, from, address_of(r, placement))) {
      return std::unexpected("the address for offset " + std::to_string(r.offset) + " does not fit there");
    }
  }
  return {};
}

}  // namespace tailbound::arm64
