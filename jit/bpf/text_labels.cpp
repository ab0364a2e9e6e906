// Resolves labels to distances, counted in slots from the one after the jump.
#include "jit/bpf/text_labels.hpp"

#include <cassert>
#include <string>

namespace tailbound::bpf {

void Labels::define(const Token& name, std::size_t slot, Reader& in) {
  const auto [known, is_new] = places_.try_emplace(name.text, Place{slot, name.line});
  if (is_new) return;
  in.complain(name, "label " + shown(name) + " is defined in line " + std::to_string(known->second.line) +
                        " already, expected another name");
}

void Labels::refer(const Token& name, std::size_t slot, DistanceField field) {
  references_.push_back({name, slot, field});
}

void Labels::resolve(std::span<Insn> slots, Reader& in) const {
  for (const Reference& reference : references_) resolve_one(reference, slots, in);
}

void Labels::resolve_one(const Reference& reference, std::span<Insn> slots, Reader& in) const {
  assert(reference.slot < slots.size() && "a label was referred to from a slot that was never emitted");
  const auto place = places_.find(reference.name.text);
  if (place == places_.end()) {
    return in.complain(reference.name, "label " + shown(reference.name) + " is not defined anywhere");
  }
  const auto there = static_cast<std::int64_t>(place->second.slot);
  const std::int64_t away = there - static_cast<std::int64_t>(reference.slot) - 1;
  const NumberRange range = range_of(reference.field);
  if (away < range.lowest || away > static_cast<std::int64_t>(range.highest)) {
    return in.complain(reference.name, "label " + shown(reference.name) + " is " + std::to_string(away) +
                                           " slots away, expected " + in_words(range));
  }
  Insn& insn = slots[reference.slot];
  switch (reference.field) {
    case DistanceField::off: insn.off = static_cast<std::int16_t>(away); break;
    case DistanceField::imm: insn.imm = static_cast<std::int32_t>(away); break;
  }
}

}  // namespace tailbound::bpf
