// Fields of machine code that hold addresses, of whichever arch: what they show, and how an address gets in.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "jit/image.hpp"

namespace tailbound::dump {

struct Field {
  jit::Relocation::Form form = jit::Relocation::Form::rel32;
  std::uint32_t offset = 0;  // from the function's start
};

/// The address that a field of `function`'s code shows; `start` is the function's own. Nothing: the code ends
/// before the field does, or there is no such field.
std::optional<std::uint64_t> read_field(std::span<const std::uint8_t> function, Field field,
                                        std::uint64_t start);

/// False: as above, or the address does not fit.
bool write_field(std::span<std::uint8_t> function, Field field, std::uint64_t start, std::uint64_t address);

}  // namespace tailbound::dump
