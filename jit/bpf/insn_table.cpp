// The table of every instruction as rows to read beside RFC 9669's appendix, and its index by opcode.
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "jit/bpf/decode.hpp"

namespace tailbound::bpf {
namespace {

// Rows of one opcode stand together: the index below keeps only the first and the count.
constexpr auto rows = std::to_array<InsnRow>({
    // ALU64: RFC 9669 section 4.1; off 1 makes div and mod signed, off 8, 16 and 32 make mov sign-extend.
    {"add64_imm", Form::alu_imm, 0x07},
    {"add64_reg", Form::alu_reg, 0x0f},
    {"sub64_imm", Form::alu_imm, 0x17},
    {"sub64_reg", Form::alu_reg, 0x1f},
    {"mul64_imm", Form::alu_imm, 0x27},
    {"mul64_reg", Form::alu_reg, 0x2f},
    {"div64_imm", Form::alu_imm, 0x37},
    {"sdiv64_imm", Form::alu_imm, 0x37, 1},
    {"div64_reg", Form::alu_reg, 0x3f},
    {"sdiv64_reg", Form::alu_reg, 0x3f, 1},
    {"or64_imm", Form::alu_imm, 0x47},
    {"or64_reg", Form::alu_reg, 0x4f},
    {"and64_imm", Form::alu_imm, 0x57},
    {"and64_reg", Form::alu_reg, 0x5f},
    {"lsh64_imm", Form::alu_imm, 0x67},
    {"lsh64_reg", Form::alu_reg, 0x6f},
    {"rsh64_imm", Form::alu_imm, 0x77},
    {"rsh64_reg", Form::alu_reg, 0x7f},
    {"neg64", Form::alu_unary, 0x87},
    {"mod64_imm", Form::alu_imm, 0x97},
    {"smod64_imm", Form::alu_imm, 0x97, 1},
    {"mod64_reg", Form::alu_reg, 0x9f},
    {"smod64_reg", Form::alu_reg, 0x9f, 1},
    {"xor64_imm", Form::alu_imm, 0xa7},
    {"xor64_reg", Form::alu_reg, 0xaf},
    {"mov64_imm", Form::alu_imm, 0xb7},
    {"mov64_reg", Form::alu_reg, 0xbf},
    {"movsx64_8", Form::movsx, 0xbf, 8},
    {"movsx64_16", Form::movsx, 0xbf, 16},
    {"movsx64_32", Form::movsx, 0xbf, 32},
    {"arsh64_imm", Form::alu_imm, 0xc7},
    {"arsh64_reg", Form::alu_reg, 0xcf},
    // ALU32: RFC 9669 section 4.1; off 1 makes div and mod signed, off 8, 16 and 32 make mov sign-extend.
    {"add32_imm", Form::alu_imm, 0x04},
    {"add32_reg", Form::alu_reg, 0x0c},
    {"sub32_imm", Form::alu_imm, 0x14},
    {"sub32_reg", Form::alu_reg, 0x1c},
    {"mul32_imm", Form::alu_imm, 0x24},
    {"mul32_reg", Form::alu_reg, 0x2c},
    {"div32_imm", Form::alu_imm, 0x34},
    {"sdiv32_imm", Form::alu_imm, 0x34, 1},
    {"div32_reg", Form::alu_reg, 0x3c},
    {"sdiv32_reg", Form::alu_reg, 0x3c, 1},
    {"or32_imm", Form::alu_imm, 0x44},
    {"or32_reg", Form::alu_reg, 0x4c},
    {"and32_imm", Form::alu_imm, 0x54},
    {"and32_reg", Form::alu_reg, 0x5c},
    {"lsh32_imm", Form::alu_imm, 0x64},
    {"lsh32_reg", Form::alu_reg, 0x6c},
    {"rsh32_imm", Form::alu_imm, 0x74},
    {"rsh32_reg", Form::alu_reg, 0x7c},
    {"neg32", Form::alu_unary, 0x84},
    {"mod32_imm", Form::alu_imm, 0x94},
    {"smod32_imm", Form::alu_imm, 0x94, 1},
    {"mod32_reg", Form::alu_reg, 0x9c},
    {"smod32_reg", Form::alu_reg, 0x9c, 1},
    {"xor32_imm", Form::alu_imm, 0xa4},
    {"xor32_reg", Form::alu_reg, 0xac},
    {"mov32_imm", Form::alu_imm, 0xb4},
    {"mov32_reg", Form::alu_reg, 0xbc},
    {"movsx32_8", Form::movsx, 0xbc, 8},
    {"movsx32_16", Form::movsx, 0xbc, 16},
    {"arsh32_imm", Form::alu_imm, 0xc4},
    {"arsh32_reg", Form::alu_reg, 0xcc},
    // Byte swaps: section 4.2; imm is the width.
    {"le16", Form::byte_swap, 0xd4, 0, 16},
    {"le32", Form::byte_swap, 0xd4, 0, 32},
    {"le64", Form::byte_swap, 0xd4, 0, 64},
    {"be16", Form::byte_swap, 0xdc, 0, 16},
    {"be32", Form::byte_swap, 0xdc, 0, 32},
    {"be64", Form::byte_swap, 0xdc, 0, 64},
    {"bswap16", Form::byte_swap, 0xd7, 0, 16},
    {"bswap32", Form::byte_swap, 0xd7, 0, 32},
    {"bswap64", Form::byte_swap, 0xd7, 0, 64},
    // Loads and stores: sections 5.1 and 5.2.
    {"ldx_b", Form::load, 0x71},
    {"ldx_h", Form::load, 0x69},
    {"ldx_w", Form::load, 0x61},
    {"ldx_dw", Form::load, 0x79},
    {"ldxs_b", Form::load_sx, 0x91},
    {"ldxs_h", Form::load_sx, 0x89},
    {"ldxs_w", Form::load_sx, 0x81},
    {"st_b", Form::store_imm, 0x72},
    {"st_h", Form::store_imm, 0x6a},
    {"st_w", Form::store_imm, 0x62},
    {"st_dw", Form::store_imm, 0x7a},
    {"stx_b", Form::store_reg, 0x73},
    {"stx_h", Form::store_reg, 0x6b},
    {"stx_w", Form::store_reg, 0x63},
    {"stx_dw", Form::store_reg, 0x7b},
    // Atomics: section 5.3; imm is the operation, its bit 0 means fetch.
    {"atomic_add_w", Form::atomic, 0xc3},
    {"atomic_fetch_add_w", Form::atomic, 0xc3, 0, 0x1},
    {"atomic_or_w", Form::atomic, 0xc3, 0, 0x40},
    {"atomic_fetch_or_w", Form::atomic, 0xc3, 0, 0x41},
    {"atomic_and_w", Form::atomic, 0xc3, 0, 0x50},
    {"atomic_fetch_and_w", Form::atomic, 0xc3, 0, 0x51},
    {"atomic_xor_w", Form::atomic, 0xc3, 0, 0xa0},
    {"atomic_fetch_xor_w", Form::atomic, 0xc3, 0, 0xa1},
    {"xchg_w", Form::atomic, 0xc3, 0, 0xe1},
    {"cmpxchg_w", Form::atomic, 0xc3, 0, 0xf1},
    {"atomic_add_dw", Form::atomic, 0xdb},
    {"atomic_fetch_add_dw", Form::atomic, 0xdb, 0, 0x1},
    {"atomic_or_dw", Form::atomic, 0xdb, 0, 0x40},
    {"atomic_fetch_or_dw", Form::atomic, 0xdb, 0, 0x41},
    {"atomic_and_dw", Form::atomic, 0xdb, 0, 0x50},
    {"atomic_fetch_and_dw", Form::atomic, 0xdb, 0, 0x51},
    {"atomic_xor_dw", Form::atomic, 0xdb, 0, 0xa0},
    {"atomic_fetch_xor_dw", Form::atomic, 0xdb, 0, 0xa1},
    {"xchg_dw", Form::atomic, 0xdb, 0, 0xe1},
    {"cmpxchg_dw", Form::atomic, 0xdb, 0, 0xf1},
    // The two-slot load: section 5.4.
    {"load_imm64", Form::load_imm64, 0x18},
    // Jumps that compare 64 bits: section 4.3.
    {"jeq64_imm", Form::jump_imm, 0x15},
    {"jeq64_reg", Form::jump_reg, 0x1d},
    {"jgt64_imm", Form::jump_imm, 0x25},
    {"jgt64_reg", Form::jump_reg, 0x2d},
    {"jge64_imm", Form::jump_imm, 0x35},
    {"jge64_reg", Form::jump_reg, 0x3d},
    {"jset64_imm", Form::jump_imm, 0x45},
    {"jset64_reg", Form::jump_reg, 0x4d},
    {"jne64_imm", Form::jump_imm, 0x55},
    {"jne64_reg", Form::jump_reg, 0x5d},
    {"jsgt64_imm", Form::jump_imm, 0x65},
    {"jsgt64_reg", Form::jump_reg, 0x6d},
    {"jsge64_imm", Form::jump_imm, 0x75},
    {"jsge64_reg", Form::jump_reg, 0x7d},
    {"jlt64_imm", Form::jump_imm, 0xa5},
    {"jlt64_reg", Form::jump_reg, 0xad},
    {"jle64_imm", Form::jump_imm, 0xb5},
    {"jle64_reg", Form::jump_reg, 0xbd},
    {"jslt64_imm", Form::jump_imm, 0xc5},
    {"jslt64_reg", Form::jump_reg, 0xcd},
    {"jsle64_imm", Form::jump_imm, 0xd5},
    {"jsle64_reg", Form::jump_reg, 0xdd},
    // Jumps that compare 32 bits: section 4.3.
    {"jeq32_imm", Form::jump_imm, 0x16},
    {"jeq32_reg", Form::jump_reg, 0x1e},
    {"jgt32_imm", Form::jump_imm, 0x26},
    {"jgt32_reg", Form::jump_reg, 0x2e},
    {"jge32_imm", Form::jump_imm, 0x36},
    {"jge32_reg", Form::jump_reg, 0x3e},
    {"jset32_imm", Form::jump_imm, 0x46},
    {"jset32_reg", Form::jump_reg, 0x4e},
    {"jne32_imm", Form::jump_imm, 0x56},
    {"jne32_reg", Form::jump_reg, 0x5e},
    {"jsgt32_imm", Form::jump_imm, 0x66},
    {"jsgt32_reg", Form::jump_reg, 0x6e},
    {"jsge32_imm", Form::jump_imm, 0x76},
    {"jsge32_reg", Form::jump_reg, 0x7e},
    {"jlt32_imm", Form::jump_imm, 0xa6},
    {"jlt32_reg", Form::jump_reg, 0xae},
    {"jle32_imm", Form::jump_imm, 0xb6},
    {"jle32_reg", Form::jump_reg, 0xbe},
    {"jslt32_imm", Form::jump_imm, 0xc6},
    {"jslt32_reg", Form::jump_reg, 0xce},
    {"jsle32_imm", Form::jump_imm, 0xd6},
    {"jsle32_reg", Form::jump_reg, 0xde},
    // Unconditional control flow: section 4.3; src tells the kinds of call apart.
    {"ja", Form::jump_always, 0x05},
    {"ja32", Form::jump_always32, 0x06},
    {"call_helper", Form::call_helper, 0x85},
    {"call_local", Form::call_local, 0x85, 0, 0, 1},
    {"call_kfunc", Form::call_kfunc, 0x85, 0, 0, 2},
    {"exit", Form::exit, 0x95},
});

/// The field by which an opcode's rows differ.
enum class Key : std::uint8_t { none, off, imm, src };

struct Bucket {
  std::uint8_t first = 0;
  std::uint8_t count = 0;
  Key key = Key::none;
};

static_assert(rows.size() <= 255, "a bucket counts rows in one byte");

constexpr Key key_between(const InsnRow& one, const InsnRow& other) {
  if (one.off != other.off) return Key::off;
  return one.imm != other.imm ? Key::imm : Key::src;
}

constexpr std::array<Bucket, 256> index_by_opcode() {
  std::array<Bucket, 256> index{};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Bucket& bucket = index[rows[i].opcode];
    if (bucket.count == 0) bucket.first = static_cast<std::uint8_t>(i);
    if (bucket.count == 1) bucket.key = key_between(rows[bucket.first], rows[i]);
    ++bucket.count;
  }
  return index;
}

constexpr std::array<Bucket, 256> buckets = index_by_opcode();

constexpr bool rows_of_an_opcode_stand_together() {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Bucket& bucket = buckets[rows[i].opcode];
    if (i < bucket.first || i >= std::size_t{bucket.first} + bucket.count) return false;
  }
  return true;
}

static_assert(rows_of_an_opcode_stand_together());

constexpr bool same_key(Key key, const InsnRow& row, const Insn& insn) {
  switch (key) {
    case Key::none: return true;
    case Key::off: return row.off == insn.off;
    case Key::imm: return row.imm == insn.imm;
    case Key::src: return row.src == insn.src;
  }
  return false;
}

// Seven kinds of two-slot load share one row, so their upper end is the only thing to check.
constexpr std::uint8_t last_imm64_kind = 6;

}  // namespace

std::span<const InsnRow> insn_table() { return rows; }

const InsnRow* find_row(const Insn& insn) {
  if (is_two_slot(insn) && insn.src > last_imm64_kind) return nullptr;
  const Bucket bucket = buckets[insn.opcode];
  for (const InsnRow& row : std::span(rows).subspan(bucket.first, bucket.count)) {
    if (same_key(bucket.key, row, insn)) return &row;
  }
  return nullptr;
}

}  // namespace tailbound::bpf
