// Loads and stores (RFC 9669 section 5).
#pragma once

#include "jit/arm64/assembler.hpp"
#include "jit/bpf/insn.hpp"

namespace tailbound::arm64 {

/// A place in memory, said in two ways: from `near` an offset may fit the instruction that does not from `base`. Both
/// are the same, but for what lies on the BPF stack.
struct Place {
  X base;
  std::int32_t offset;
  X near;
  std::int32_t near_offset;
};

// Where no offset fits, it is moved to `index` first.
void emit_load(Assembler& a, bpf::Width width, Gp dst, const Place& from, X index);
/// A width of 8 bytes has nothing to extend.
void emit_load_signed(Assembler& a, bpf::Width width, Gp dst, const Place& from, X index);
void emit_store(Assembler& a, bpf::Width width, const Place& to, Gp src, X index);

}  // namespace tailbound::arm64
