// The instructions by which bytecode keeps its ledger: one text for scenarios that are lowered and for code
// that comes from elsewhere.
#pragma once

#include <array>
#include <cstdint>

#include "jit/bpf/insn.hpp"
#include "jit/bpf/lowered.hpp"

namespace tailbound::bpf::ledger_code {

inline constexpr std::int32_t map = 0;  // of the ledger, in Lowered::maps

constexpr std::int32_t bytes(std::uint32_t words) { return static_cast<std::int32_t>(words * 8); }

/// Registers that hold nothing that is needed later.
struct Scratch {
  Reg address = Reg::r1;
  Reg value = Reg::r2;
  Reg index = Reg::r3;  // of `entry` alone
};

/// Adds one to a ledger word.
constexpr std::array<Insn, 5> count(const Scratch& use, std::uint32_t word) {
  return {build::imm64_low(use.address, Imm64Kind::map_value, map), build::imm64_high(bytes(word)),
          build::load(Width::b8, use.value, use.address, 0), build::alu(AluOp::add, use.value, 1),
          build::store(Width::b8, use.address, 0, use.value)};
}

/// Spends fuel, or returns 0 where none is left; then records the entry but for its count.
constexpr std::array<Insn, 20> entry(const Scratch& use, std::uint32_t function_id) {
  constexpr std::int16_t hash_at = bytes(LedgerLayout::hash);
  constexpr std::int16_t total_at = bytes(LedgerLayout::total);
  constexpr std::int16_t ring_at = bytes(LedgerLayout::ring);
  const auto [at, value, index] = use;
  return {build::imm64_low(at, Imm64Kind::map_value, map),
          build::imm64_high(bytes(LedgerLayout::fuel)),
          build::load(Width::b8, value, at, 0),
          build::jump(JumpOp::jne, value, 0, 2),
          build::mov(Reg::r0, 0),
          build::exit(),
          build::alu(AluOp::add, value, -1),
          build::store(Width::b8, at, 0, value),
          build::load(Width::b8, value, at, hash_at),
          build::alu(AluOp::mul, value, trace_multiplier),
          build::alu(AluOp::add, value, static_cast<std::int32_t>(function_id + 1)),
          build::store(Width::b8, at, hash_at, value),
          build::load(Width::b8, value, at, total_at),
          build::mov(index, value),
          build::alu(AluOp::bit_and, index, LedgerLayout::ring_entries - 1),
          build::alu(AluOp::add, value, 1),
          build::store(Width::b8, at, total_at, value),
          build::alu(AluOp::lsh, index, 2),
          build::alu(AluOp::add, at, index),
          build::store(Width::b4, at, ring_at, static_cast<std::int32_t>(function_id))};
}

}  // namespace tailbound::bpf::ledger_code
