// The maps of an object: those that it defines (.maps) and those behind its variables.
#pragma once

#include "jit/bpf/object/btf.hpp"
#include "jit/bpf/object/elf.hpp"
#include "jit/bpf/object/object.hpp"

namespace tailbound::bpf::object {

/// A slot that `.values` fills, by the symbol of the program.
struct Filling {
  std::uint32_t map = 0;  // in Object::maps
  std::uint32_t index = 0;
  std::uint32_t symbol = 0;
  std::uint64_t offset = 0;  // of the value in .maps
};

/// Where loads of addresses lead: a map by its place in .maps, or a data section.
struct MapPlaces {
  struct Definition {
    std::uint32_t offset = 0;  // in .maps
    std::uint32_t map = 0;
  };
  std::vector<Definition> definitions;
  std::vector<std::uint32_t> map_of_section;  // by section; UINT32_MAX: none
  std::vector<Filling> fillings;
};

inline constexpr std::string_view maps_section = ".maps";

/// Fills Object::maps and Object::variables.
OrObjectError<MapPlaces> read_data(const Elf& elf, const Btf& btf, Object& into);

// Its parts.
OrObjectError<std::monostate> read_maps(const Elf& elf, const Btf& btf, Object& into, MapPlaces& places);
OrObjectError<std::monostate> read_sections(const Elf& elf, const Btf& btf, Object& into, MapPlaces& places);

/// How values of a type show: scalars side by side. What is no scalar or array of scalars is bytes.
struct Shape {
  std::uint8_t width = 1;
  bool is_signed = false;
  std::uint32_t elements = 1;
};
Shape shape_of(const Btf& btf, std::uint32_t type);

}  // namespace tailbound::bpf::object
