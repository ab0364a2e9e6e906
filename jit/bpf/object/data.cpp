// Data sections and the variables in them.
#include "jit/bpf/object/data.hpp"

#include <algorithm>
#include <array>

namespace tailbound::bpf::object {

namespace {

constexpr std::uint32_t none = UINT32_MAX;

bool is_data(const Section& section) {
  if (!section.is_allocated() || section.is_code() || section.size == 0) return false;
  return std::ranges::any_of(std::array<std::string_view, 3>{".bss", ".data", ".rodata"},
                             [&](std::string_view kind) {
                               return section.name == kind || section.name.starts_with(std::string(kind) + ".");
                             });
}

/// One of the type's own, or all bytes of the section where nothing describes them.
void add_variables(const Btf& btf, const Section& section, std::uint32_t map, Object& into) {
  const BtfType* const described = btf.section(section.name);
  if (described == nullptr) {
    std::string name(section.name.substr(1));
    std::ranges::replace(name, '.', '_');
    into.variables.push_back(
        {.name = std::move(name),
         .map = map,
         .offset = 0,
         .stride = 1,
         .elements = std::min(static_cast<std::uint32_t>(section.size), object_cap::elements),
         .width = 1,
         .is_signed = false});
    return;
  }
  for (const BtfPlace& place : described->places) {
    const BtfType& variable = btf.type(place.type);
    const Shape shape = shape_of(btf, variable.type);
    const std::uint64_t bytes = std::uint64_t{shape.width} * shape.elements;
    if (variable.kind != BtfKind::variable || bytes == 0 || place.offset + bytes > section.size) continue;
    into.variables.push_back({.name = std::string(variable.name),
                              .map = map,
                              .offset = place.offset,
                              .stride = shape.width,
                              .elements = std::min(shape.elements, object_cap::elements),
                              .width = shape.width,
                              .is_signed = shape.is_signed});
  }
}

}  // namespace

Shape shape_of(const Btf& btf, std::uint32_t type) {
  Shape shape;
  std::uint64_t elements = 1;
  const BtfType* found = &btf.plain(type);
  for (int steps = 0; found->kind == BtfKind::array && steps < 8; ++steps) {
    elements *= found->count;
    if (elements > object_cap::map_bytes) return {1, false, btf.size_of(type)};
    found = &btf.plain(found->type);
  }
  const bool scalar = found->kind == BtfKind::integer || found->kind == BtfKind::enumeration ||
                      found->kind == BtfKind::enumeration64 || found->kind == BtfKind::pointer;
  const std::uint32_t size = found->kind == BtfKind::pointer ? 8 : found->size;
  if (!scalar || (size != 1 && size != 2 && size != 4 && size != 8)) return {1, false, btf.size_of(type)};
  shape.width = static_cast<std::uint8_t>(size);
  shape.is_signed = found->is_signed;
  shape.elements = static_cast<std::uint32_t>(elements);
  return shape;
}

OrObjectError<std::monostate> read_sections(const Elf& elf, const Btf& btf, Object& into, MapPlaces& places) {
  places.map_of_section.assign(elf.sections().size(), none);
  for (const Section& section : elf.sections()) {
    if (!is_data(section)) continue;
    const std::string name(section.name);
    if (section.size > object_cap::map_bytes) {
      return object_error(name, std::to_string(section.size) + " bytes of variables; expected at most " +
                                    std::to_string(object_cap::map_bytes));
    }
    if (into.maps.size() >= object_cap::maps) {
      return object_error(name, "one map more than " + std::to_string(object_cap::maps));
    }
    const auto relocations = elf.relocations(section);
    if (!relocations) return std::unexpected(relocations.error());
    if (!relocations->empty()) {
      return std::unexpected(ObjectError{name, std::string(elf.symbols()[relocations->front().symbol].name),
                                         relocations->front().offset,
                                         "an address in a variable; none is taken"});
    }
    const auto map = static_cast<std::uint32_t>(into.maps.size());
    places.map_of_section[elf.index_of(section)] = map;
    into.maps.push_back({.kind = LoweredMap::Kind::array,
                         .name = name,
                         .value_size = static_cast<std::uint32_t>((section.size + 7) / 8 * 8),
                         .max_entries = 1,
                         .bytes = {section.bytes.begin(), section.bytes.end()},
                         .slots = {}});
    add_variables(btf, section, map, into);
  }
  return {};
}

OrObjectError<MapPlaces> read_data(const Elf& elf, const Btf& btf, Object& into) {
  MapPlaces places;
  if (auto done = read_sections(elf, btf, into, places); !done) return std::unexpected(done.error());
  if (auto done = read_maps(elf, btf, into, places); !done) return std::unexpected(done.error());
  return places;
}

}  // namespace tailbound::bpf::object
