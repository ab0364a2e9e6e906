// Engines that compile show what they made.
#pragma once

#include <span>

#include "jit/image.hpp"

namespace tailbound::engine {

class ImageSource {
 public:
  virtual ~ImageSource() = default;
  /// Of the scenario that ran last, one a program; not linked. Stays valid until the next run.
  virtual std::span<const jit::Image> images() const = 0;
  /// The same program, which compiled before, by a compiler that has seen no other.
  virtual jit::Image compile_afresh(const bpf::Bytecode& program) const = 0;
};

}  // namespace tailbound::engine
