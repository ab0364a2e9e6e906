// A BPF object as clang makes it (`clang -target bpf -g -O2 -c`): its maps, variables and programs, linked.
// Objects are anybody's files: nothing in them is trusted, and what is not taken is refused with its place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "jit/bpf/insn.hpp"
#include "jit/bpf/lowered.hpp"
#include "jit/bpf/object/error.hpp"

namespace tailbound::bpf {

/// An array map, a data section (.bss, .data, .rodata: an array of one value) or a prog_array.
struct ObjectMap {
  LoweredMap::Kind kind = LoweredMap::Kind::array;
  std::string name;
  std::uint32_t value_size = 4;  // bytes
  std::uint32_t max_entries = 1;
  std::vector<std::byte> bytes;  // of a data section: what it holds at first
  std::vector<Slot> slots;       // of a prog_array: what `.values` puts there
};

/// A variable of a data section, or the entries of an array map: scalars side by side.
struct ObjectVariable {
  std::string name;
  std::uint32_t map = 0;     // in Object::maps
  std::uint32_t offset = 0;  // bytes, of the first element
  std::uint32_t stride = 4;  // bytes from element to element
  std::uint32_t elements = 1;
  std::uint8_t width = 4;  // bytes of an element: 1, 2, 4 or 8
  bool is_signed = false;
};

struct ObjectFunction {
  std::string name;
  std::uint32_t first_insn = 0;
};

/// Where an instruction stood in the file.
struct ObjectPlace {
  std::uint16_t section = 0;  // in Object::sections
  std::uint16_t symbol = 0;   // in Object::symbols
  std::uint32_t offset = 0;   // bytes in the section
};

/// A program with the subprograms that it reaches behind it, all calls between them resolved. Loads of maps and
/// of their values count in Object::maps.
struct ObjectProgram {
  std::string name;
  std::vector<Insn> insns;
  std::vector<ObjectPlace> places;        // one a slot
  std::vector<ObjectFunction> functions;  // as symbols name them, in order; the first is the program's
};

struct Object {
  ProgType type = ProgType::tc;
  std::vector<ObjectMap> maps;  // arrays first, then prog_arrays
  std::vector<ObjectVariable> variables;
  std::vector<ObjectProgram> programs;
  std::vector<std::string> sections, symbols;  // that places name

  ObjectError error_at(const ObjectPlace& place, std::string message) const;
};

/// What an object may at most ask for.
namespace object_cap {
inline constexpr std::size_t file_bytes = std::size_t{16} << 20;
inline constexpr std::size_t programs = 64;
inline constexpr std::size_t maps = 64;
inline constexpr std::uint32_t map_bytes = 1U << 18;
inline constexpr std::uint32_t slots = 4096;         // of one prog_array
inline constexpr std::uint32_t elements = 1U << 15;  // of one variable
inline constexpr std::size_t insns = 1U << 16;       // of one program, its subprograms included
}  // namespace object_cap

struct ObjectOptions {
  /// A file whose code has no program section is taken too: the first function of its first code section is its
  /// program (conformance suites write such files).
  bool bare_code = false;
};

bool is_object(std::span<const std::byte> file);
OrObjectError<Object> read_object(std::span<const std::byte> file, const ObjectOptions& options = {});

}  // namespace tailbound::bpf
