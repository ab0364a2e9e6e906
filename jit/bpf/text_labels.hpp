// Labels of one assembler text: where each stands, and which slots wait for its distance.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "jit/bpf/insn.hpp"
#include "jit/bpf/text_reader.hpp"

namespace tailbound::bpf {

/// The field that holds a distance.
enum class DistanceField : std::uint8_t { off, imm };

constexpr NumberRange range_of(DistanceField field) {
  return field == DistanceField::off ? off_range : imm_range;
}

/// Faults go to the reader, which keeps the first.
class Labels {
 public:
  void define(const Token& name, std::size_t slot, Reader& in);
  void refer(const Token& name, std::size_t slot, DistanceField field);
  /// Writes the distances; every slot that was referred from must be there.
  void resolve(std::span<Insn> slots, Reader& in) const;

 private:
  struct Place {
    std::size_t slot;
    std::uint32_t line;
  };
  struct Reference {
    Token name;
    std::size_t slot;
    DistanceField field;
  };

  void resolve_one(const Reference& reference, std::span<Insn> slots, Reader& in) const;

  std::unordered_map<std::string_view, Place> places_;
  std::vector<Reference> references_;
};

}  // namespace tailbound::bpf
