// A program's code out of its section, with the subprograms that it reaches behind it.
#pragma once

#include "jit/bpf/object/data.hpp"
#include "jit/bpf/object/elf.hpp"
#include "jit/bpf/object/object.hpp"

namespace tailbound::bpf::object {

/// What linking reads: the same for all programs of an object.
struct LinkInput {
  const Elf& elf;
  const MapPlaces& maps;
  std::vector<std::uint32_t> functions;  // symbols, by section and value
};

/// The code that begins at a function's symbol. Names sections and symbols in `into`, which gets nothing else.
OrObjectError<ObjectProgram> link_program(const LinkInput& input, std::uint32_t symbol, Object& into);

}  // namespace tailbound::bpf::object
