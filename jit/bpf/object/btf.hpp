// BTF, the type information that clang writes with -g: as much of it as maps and variables need.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "jit/bpf/object/elf.hpp"

namespace tailbound::bpf::object {

/// Kinds (include/uapi/linux/btf.h).
enum class BtfKind : std::uint8_t {
  none,
  integer,
  pointer,
  array,
  structure,
  union_,
  enumeration,
  forward,
  type_definition,
  volatile_,
  const_,
  restrict_,
  function,
  function_proto,
  variable,
  section,
  floating,
  declaration_tag,
  type_tag,
  enumeration64,
};

struct BtfMember {
  std::string_view name;
  std::uint32_t type = 0;
  std::uint32_t offset = 0;  // bytes
};
/// A variable of a section.
struct BtfPlace {
  std::uint32_t type = 0;    // of kind variable
  std::uint32_t offset = 0;  // bytes in the section
  std::uint32_t size = 0;    // bytes
};

struct BtfType {
  BtfKind kind = BtfKind::none;
  std::string_view name;
  std::uint32_t size = 0;   // bytes; of kinds that have one
  std::uint32_t type = 0;   // what it refers to; an array's elements
  std::uint32_t count = 0;  // elements of an array
  bool is_signed = false;
  std::vector<BtfMember> members;  // of structures and unions
  std::vector<BtfPlace> places;    // of sections
};

class Btf {
 public:
  /// Of the object's .BTF section, relocated; no types where it has none.
  static OrObjectError<Btf> read(const Elf& elf);

  Btf(Btf&&) = default;
  Btf& operator=(Btf&&) = default;

  /// Type 0 (void) and numbers that are none give a type of kind `none`.
  const BtfType& type(std::uint32_t id) const { return id < types_.size() ? types_[id] : types_.front(); }
  /// Past typedefs, const, volatile, restrict and tags.
  const BtfType& plain(std::uint32_t id) const;
  /// Bytes; 0 where the type has no size or it is beyond 32 bits.
  std::uint32_t size_of(std::uint32_t id) const;
  /// nullptr: no variable lies in a section of that name.
  const BtfType* section(std::string_view name) const;
  /// A name by its offset in the section's strings; empty where there is none.
  std::string_view name_at(std::uint32_t offset) const { return string_at(strings_, offset).value_or(""); }
  bool empty() const { return types_.size() == 1; }

 private:
  class Reader;
  Btf() = default;
  std::vector<std::byte> bytes_;  // names point into it
  Bytes strings_;
  std::vector<BtfType> types_ = std::vector<BtfType>(1);
};

/// Where the first CO-RE relocation of the object's code applies (.BTF.ext): what a loader would have to fit to
/// a kernel.
struct CoreRelocation {
  std::string_view section;
  std::uint32_t offset = 0;  // bytes
};
OrObjectError<std::optional<CoreRelocation>> first_core_relocation(const Elf& elf, const Btf& btf);

}  // namespace tailbound::bpf::object
