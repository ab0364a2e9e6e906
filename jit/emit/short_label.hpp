// A place inside one template that short forward jumps go to.
#pragma once

#include <array>
#include <cassert>
#include <cstdint>

namespace tailbound::jit {

/// Collects the offsets of the fields (or instructions) that wait for the place.
class ShortLabel {
 public:
  void add(std::uint32_t field) {
    assert(count_ < fields_.size() && "a template has at most eight jumps to one label");
    fields_[count_++] = field;
  }
  template <class Visit>
  void each(Visit&& visit) const {
    for (std::uint32_t i = 0; i < count_; ++i) visit(fields_[i]);
  }

 private:
  std::array<std::uint32_t, 8> fields_{};
  std::uint32_t count_ = 0;
};

}  // namespace tailbound::jit
