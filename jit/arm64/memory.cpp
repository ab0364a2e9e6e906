#include "jit/arm64/memory.hpp"

#include "jit/arm64/literal.hpp"

namespace tailbound::arm64 {

namespace {

bool fits(std::int32_t offset, bpf::Width width) {
  const auto bytes = static_cast<std::int32_t>(width);
  return offset >= 0 && offset % bytes == 0 && offset / bytes <= 0xfff;
}

/// `emit` writes one access at a MemImm or a MemReg.
template <class Emit>
void access(Assembler& a, bpf::Width width, const Place& place, X index, Emit emit) {
  if (fits(place.near_offset, width)) return emit(at(place.near, static_cast<std::uint32_t>(place.near_offset)));
  emit_mov(a, index, place.offset);
  emit(at(place.base, index));
}

}  // namespace

void emit_load(Assembler& a, bpf::Width width, Gp dst, const Place& from, X index) {
  access(a, width, from, index, [&](auto place) {
    switch (width) {
      case bpf::Width::b1: return a.ldrb(W{dst}, place);
      case bpf::Width::b2: return a.ldrh(W{dst}, place);
      case bpf::Width::b4: return a.ldr(W{dst}, place);
      case bpf::Width::b8: return a.ldr(X{dst}, place);
    }
  });
}

void emit_load_signed(Assembler& a, bpf::Width width, Gp dst, const Place& from, X index) {
  access(a, width, from, index, [&](auto place) {
    switch (width) {
      case bpf::Width::b1: return a.ldrsb(X{dst}, place);
      case bpf::Width::b2: return a.ldrsh(X{dst}, place);
      case bpf::Width::b4: return a.ldrsw(X{dst}, place);
      case bpf::Width::b8: return a.ldr(X{dst}, place);
    }
  });
}

void emit_store(Assembler& a, bpf::Width width, const Place& to, Gp src, X index) {
  access(a, width, to, index, [&](auto place) {
    switch (width) {
      case bpf::Width::b1: return a.strb(W{src}, place);
      case bpf::Width::b2: return a.strh(W{src}, place);
      case bpf::Width::b4: return a.str(W{src}, place);
      case bpf::Width::b8: return a.str(X{src}, place);
    }
  });
}

}  // namespace tailbound::arm64
