// ELF64 little-endian relocatable files for BPF: sections, symbols, relocations (System V ABI, generic part).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

#include "jit/bpf/object/bytes.hpp"
#include "jit/bpf/object/error.hpp"

namespace tailbound::bpf::object {

struct Section {
  std::string_view name;
  std::uint32_t type = 0;
  std::uint64_t flags = 0;
  std::uint64_t size = 0;  // bytes in memory
  std::uint32_t link = 0;
  std::uint32_t info = 0;
  Bytes bytes;  // in the file; none where it is all zeros (SHT_NOBITS)

  bool is_code() const;
  bool is_allocated() const;
};

struct Symbol {
  enum class Kind : std::uint8_t { other, object, function, section };
  std::string_view name;
  Kind kind = Kind::other;
  bool global = false;
  std::uint64_t value = 0;    // bytes from its section's start
  std::uint64_t size = 0;     // bytes
  std::uint32_t section = 0;  // index; 0: defined nowhere
};

/// Kinds of relocation of EM_BPF files (LLVM, llvm/BinaryFormat/ELFRelocs/BPF.def).
inline constexpr std::uint32_t relocation_64_64 = 1, relocation_abs64 = 2, relocation_abs32 = 3,
                               relocation_nodyld32 = 4, relocation_64_32 = 10;

struct Relocation {
  std::uint64_t offset = 0;  // bytes from the section's start
  std::uint32_t type = 0;
  std::uint32_t symbol = 0;  // in Elf::symbols
};

/// A file's tables; its views are into the file's bytes, which outlive it.
class Elf {
 public:
  /// Everything that the tables point at lies inside the file, and every symbol's section exists.
  static OrObjectError<Elf> read(Bytes file);

  const std::vector<Section>& sections() const { return sections_; }
  const std::vector<Symbol>& symbols() const { return symbols_; }
  /// nullptr: there is none of that name.
  const Section* find(std::string_view name) const;
  std::uint32_t index_of(const Section& section) const {
    return static_cast<std::uint32_t>(&section - sections_.data());
  }
  /// Of this section, sorted by offset, each inside it.
  OrObjectError<std::vector<Relocation>> relocations(const Section& section) const;

 private:
  OrObjectError<std::monostate> read_sections(Bytes file);
  OrObjectError<std::monostate> read_symbols();

  std::vector<Section> sections_;
  std::vector<Symbol> symbols_;
};

}  // namespace tailbound::bpf::object
