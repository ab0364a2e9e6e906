// Maps that BTF describes: variables of section .maps, each a structure whose members say what the map is
// (libbpf, BTF-defined maps): `type`, `max_entries`, … as pointers to arrays of so many elements, `key` and
// `value` as pointers to a type, `values` as an array of pointers that relocations fill.
#include <algorithm>

#include "jit/bpf/object/data.hpp"

namespace tailbound::bpf::object {

namespace {

constexpr std::uint32_t type_array = 2, type_prog_array = 3;  // enum bpf_map_type

struct Definition {
  std::uint32_t type = 0;
  std::uint32_t key_size = 4;
  std::uint32_t value_size = 0;
  std::uint32_t max_entries = 0;
  std::uint32_t value_type = 0;  // BTF id; 0: not given
  std::uint32_t values_at = 0;   // bytes in the variable
  bool has_values = false;
};

/// The number behind a member of the form `int (*name)[number]`.
std::uint32_t number_of(const Btf& btf, const BtfMember& member) {
  const BtfType& pointer = btf.plain(member.type);
  const BtfType& array = btf.plain(pointer.type);
  return pointer.kind == BtfKind::pointer && array.kind == BtfKind::array ? array.count : 0;
}
std::uint32_t pointed_to(const Btf& btf, const BtfMember& member) {
  const BtfType& pointer = btf.plain(member.type);
  return pointer.kind == BtfKind::pointer ? pointer.type : 0;
}

/// Empty, or what is wrong with the member. Where a map is pinned and how it may be accessed from outside does
/// not matter to what engines do.
std::string read_member(const Btf& btf, const BtfMember& member, Definition& into) {
  const std::string_view name = member.name;
  if (name == "type") into.type = number_of(btf, member);
  else if (name == "key_size") into.key_size = number_of(btf, member);
  else if (name == "value_size") into.value_size = number_of(btf, member);
  else if (name == "max_entries") into.max_entries = number_of(btf, member);
  else if (name == "key") into.key_size = btf.size_of(pointed_to(btf, member));
  else if (name == "value") {
    into.value_type = pointed_to(btf, member);
    into.value_size = btf.size_of(into.value_type);
  } else if (name == "values") {
    into.has_values = true;
    into.values_at = member.offset;
  } else if (name != "map_flags" && name != "pinning" && name != "numa_node" && name != "map_extra") {
    return "unknown member " + std::string(name);
  }
  return {};
}

std::string fault_of(const Definition& map) {
  if (map.type != type_array && map.type != type_prog_array) {
    return "map type " + std::to_string(map.type) + "; expected an array (2) or a prog_array (3)";
  }
  if (map.key_size != 4) return std::to_string(map.key_size) + " bytes of key; expected 4";
  if (map.max_entries == 0) return "no entries";
  if (map.type == type_prog_array) {
    if (map.max_entries > object_cap::slots) {
      return std::to_string(map.max_entries) + " slots; expected at most " + std::to_string(object_cap::slots);
    }
    if (map.value_size != 4 && !(map.has_values && map.value_size == 0)) {
      return std::to_string(map.value_size) + " bytes of value; a prog_array has 4";
    }
    return {};
  }
  if (map.has_values) return "values of an array map";
  const std::uint64_t stride = (std::uint64_t{map.value_size} + 7) / 8 * 8;
  if (map.value_size == 0 || stride * map.max_entries > object_cap::map_bytes) {
    return std::to_string(map.max_entries) + " entries of " + std::to_string(map.value_size) +
           " bytes; expected 1 to " + std::to_string(object_cap::map_bytes) + " bytes in all";
  }
  return {};
}

class Reader {
 public:
  Reader(const Elf& elf, const Btf& btf, Object& into, MapPlaces& places)
      : elf_(elf), btf_(btf), into_(into), places_(places) {}

  OrObjectError<std::monostate> read() {
    const Section* const section = elf_.find(maps_section);
    if (section == nullptr || section->size == 0) return {};
    const BtfType* const described = btf_.section(maps_section);
    if (described == nullptr) {
      return object_error(std::string(maps_section), "maps without BTF; compile with -g");
    }
    const auto relocations = elf_.relocations(*section);
    if (!relocations) return std::unexpected(relocations.error());
    relocations_ = *relocations;
    // Arrays get their numbers before prog_arrays.
    for (const std::uint32_t type : {type_array, type_prog_array}) {
      for (const BtfPlace& place : described->places) {
        if (auto done = add(place, type); !done) return done;
      }
    }
    return {};
  }

 private:
  OrObjectError<std::monostate> add(const BtfPlace& place, std::uint32_t wanted) {
    const BtfType& variable = btf_.type(place.type);
    const BtfType& structure = btf_.plain(variable.type);
    const auto fault = [&](std::string message) {
      return std::unexpected(
          ObjectError{std::string(maps_section), std::string(variable.name), place.offset, std::move(message)});
    };
    if (variable.kind != BtfKind::variable || structure.kind != BtfKind::structure) {
      return fault("no definition of a map: expected a structure");
    }
    Definition map;
    for (const BtfMember& member : structure.members) {
      if (const std::string wrong = read_member(btf_, member, map); !wrong.empty()) return fault(wrong);
    }
    if (const std::string wrong = fault_of(map); !wrong.empty()) return fault(wrong);
    if (map.type != wanted) return {};
    if (into_.maps.size() >= object_cap::maps) {
      return fault("one map more than " + std::to_string(object_cap::maps));
    }
    places_.definitions.push_back({place.offset, static_cast<std::uint32_t>(into_.maps.size())});
    if (map.type == type_array) add_array(map, variable);
    else return add_prog_array(map, place, variable);
    return {};
  }

  void add_array(const Definition& map, const BtfType& variable) {
    const auto index = static_cast<std::uint32_t>(into_.maps.size());
    into_.maps.push_back({.kind = LoweredMap::Kind::array,
                          .name = std::string(variable.name),
                          .value_size = map.value_size,
                          .max_entries = map.max_entries,
                          .bytes = {},
                          .slots = {}});
    into_.variables.push_back(entries_of(map, variable, index));
  }

  /// Entries of one scalar show as that; others as the bytes that the whole map has.
  ObjectVariable entries_of(const Definition& map, const BtfType& variable, std::uint32_t index) const {
    const std::uint32_t stride = (map.value_size + 7) / 8 * 8;
    Shape shape = shape_of(btf_, map.value_type);
    if (map.value_type == 0 &&
        (map.value_size == 1 || map.value_size == 2 || map.value_size == 4 || map.value_size == 8)) {
      shape = {static_cast<std::uint8_t>(map.value_size), false, 1};
    }
    ObjectVariable entries{.name = std::string(variable.name),
                           .map = index,
                           .offset = 0,
                           .stride = stride,
                           .elements = map.max_entries,
                           .width = shape.width,
                           .is_signed = shape.is_signed};
    if (shape.elements != 1 || shape.width != map.value_size) {
      entries.stride = entries.width = 1;
      entries.is_signed = false;
      entries.elements = stride * map.max_entries;
    }
    entries.elements = std::min(entries.elements, object_cap::elements);
    return entries;
  }

  /// Each relocation inside the variable fills the slot at its place.
  OrObjectError<std::monostate> add_prog_array(const Definition& map, const BtfPlace& place,
                                               const BtfType& variable) {
    const auto index = static_cast<std::uint32_t>(into_.maps.size());
    into_.maps.push_back({.kind = LoweredMap::Kind::prog_array,
                          .name = std::string(variable.name),
                          .value_size = 4,
                          .max_entries = map.max_entries,
                          .bytes = {},
                          .slots = {}});
    const std::uint64_t first = std::uint64_t{place.offset} + map.values_at;
    for (const Relocation& each : relocations_) {
      if (each.offset < place.offset || each.offset >= std::uint64_t{place.offset} + place.size) continue;
      const auto fault = [&](std::string message) {
        return std::unexpected(ObjectError{std::string(maps_section), std::string(variable.name), each.offset,
                                           std::move(message)});
      };
      if (!map.has_values || each.offset < first || (each.offset - first) % 8 != 0) {
        return fault("a relocation that is no slot's");
      }
      const std::uint64_t slot = (each.offset - first) / 8;
      if (slot >= map.max_entries) {
        return fault("fills slot " + std::to_string(slot) + " of " + std::to_string(map.max_entries));
      }
      if (each.type != relocation_abs64) {
        return fault("relocation of type " + std::to_string(each.type) + "; expected 2");
      }
      places_.fillings.push_back({index, static_cast<std::uint32_t>(slot), each.symbol, each.offset});
    }
    return {};
  }

  const Elf& elf_;
  const Btf& btf_;
  Object& into_;
  MapPlaces& places_;
  std::vector<Relocation> relocations_;
};

}  // namespace

OrObjectError<std::monostate> read_maps(const Elf& elf, const Btf& btf, Object& into, MapPlaces& places) {
  return Reader(elf, btf, into, places).read();
}

}  // namespace tailbound::bpf::object
