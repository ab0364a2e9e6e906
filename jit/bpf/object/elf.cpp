#include "jit/bpf/object/elf.hpp"

#include <algorithm>

namespace tailbound::bpf::object {

namespace {

// Offsets in ELF64 structures: Elf64_Ehdr, Elf64_Shdr, Elf64_Sym, Elf64_Rel.
namespace header {
constexpr std::uint64_t size = 64, file_class = 4, data = 5, type = 16, machine = 18, section_offset = 40,
                        section_size = 58, section_count = 60, names = 62;
}
constexpr std::uint64_t section_header = 64, symbol_entry = 24, relocation_entry = 16;
constexpr std::uint8_t class_64 = 2, little_endian = 1, big_endian = 2;
constexpr std::uint16_t relocatable = 1, machine_bpf = 247;
constexpr std::uint32_t type_symbols = 2, type_strings = 3, type_rela = 4, type_nobits = 8, type_rel = 9;
constexpr std::uint64_t flag_alloc = 2, flag_code = 4;
constexpr std::uint16_t first_reserved = 0xff00;
constexpr std::size_t most_sections = 4096, most_symbols = std::size_t{1} << 16;

constexpr std::string_view magic =
    "\x7f"
    "ELF";

std::unexpected<ObjectError> file_error(std::uint64_t offset, std::string message) {
  return std::unexpected(ObjectError{{}, {}, offset, std::move(message)});
}

/// The header's promises: what this file is at all.
OrObjectError<std::monostate> check_header(Bytes file) {
  const auto start = part(file, 0, header::size);
  if (!start)
    return file_error(0, "the file has " + std::to_string(file.size()) + " bytes, which is no ELF header");
  const std::string_view text(reinterpret_cast<const char*>(file.data()), magic.size());
  if (text != magic) return file_error(0, "no ELF file");
  const auto byte = [&](std::uint64_t at) { return static_cast<std::uint8_t>(file[at]); };
  if (byte(header::file_class) != class_64) return file_error(header::file_class, "no 64-bit ELF file");
  if (byte(header::data) == big_endian) {
    return file_error(header::data, "a big-endian object; expected a little-endian one (-target bpfel)");
  }
  if (byte(header::data) != little_endian)
    return file_error(header::data, "a byte order that ELF does not know");
  const std::uint16_t machine = *number_at<std::uint16_t>(file, header::machine);
  if (machine != machine_bpf) {
    return file_error(header::machine,
                      "an object for machine " + std::to_string(machine) + "; expected 247, BPF (-target bpf)");
  }
  const std::uint16_t type = *number_at<std::uint16_t>(file, header::type);
  if (type != relocatable) {
    return file_error(header::type, "ELF type " + std::to_string(type) + "; expected 1, a relocatable object");
  }
  return {};
}

Symbol::Kind kind_of(std::uint8_t info) {
  switch (info & 15U) {
    case 1: return Symbol::Kind::object;
    case 2: return Symbol::Kind::function;
    case 3: return Symbol::Kind::section;
    default: return Symbol::Kind::other;
  }
}

}  // namespace

bool Section::is_code() const { return (flags & flag_code) != 0; }
bool Section::is_allocated() const { return (flags & flag_alloc) != 0; }

OrObjectError<Elf> Elf::read(Bytes file) {
  if (auto good = check_header(file); !good) return std::unexpected(good.error());
  Elf elf;
  if (auto done = elf.read_sections(file); !done) return std::unexpected(done.error());
  if (auto done = elf.read_symbols(); !done) return std::unexpected(done.error());
  return elf;
}

OrObjectError<std::monostate> Elf::read_sections(Bytes file) {
  const std::uint64_t table = *number_at<std::uint64_t>(file, header::section_offset);
  const std::uint16_t count = *number_at<std::uint16_t>(file, header::section_count);
  const std::uint16_t names = *number_at<std::uint16_t>(file, header::names);
  if (*number_at<std::uint16_t>(file, header::section_size) != section_header) {
    return file_error(header::section_size, "section headers of another size than 64 bytes");
  }
  if (count == 0 || count > most_sections) {
    return file_error(header::section_count,
                      std::to_string(count) + " sections; expected 1 to " + std::to_string(most_sections));
  }
  if (!part(file, table, count * section_header)) {
    return file_error(table, "the file ends inside its table of " + std::to_string(count) + " sections");
  }
  std::vector<std::uint32_t> name_at;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t at = table + i * section_header;
    const auto word = [&](std::uint64_t offset) { return *number_at<std::uint32_t>(file, at + offset); };
    const auto wide = [&](std::uint64_t offset) { return *number_at<std::uint64_t>(file, at + offset); };
    name_at.push_back(word(0));
    Section section{.name = {},
                    .type = word(4),
                    .flags = wide(8),
                    .size = wide(32),
                    .link = word(40),
                    .info = word(44),
                    .bytes = {}};
    if (section.type == 0) section.size = 0;
    if (section.type != type_nobits && section.type != 0) {
      const auto bytes = part(file, wide(24), section.size);
      if (!bytes) return file_error(at, "the file ends inside section " + std::to_string(i));
      section.bytes = *bytes;
    }
    sections_.push_back(section);
  }
  if (names >= count || sections_[names].type != type_strings) {
    return file_error(header::names, "the sections have no table of names");
  }
  for (std::size_t i = 0; i < sections_.size(); ++i) {
    const auto name = string_at(sections_[names].bytes, name_at[i]);
    if (!name) return file_error(table + i * section_header, "section " + std::to_string(i) + " has no name");
    sections_[i].name = *name;
  }
  return {};
}

OrObjectError<std::monostate> Elf::read_symbols() {
  const auto table = std::ranges::find(sections_, type_symbols, &Section::type);
  if (table == sections_.end()) return {};
  const std::string where(table->name);
  if (table->link >= sections_.size()) return object_error(where, "its table of names does not exist");
  const Bytes names = sections_[table->link].bytes;
  const std::size_t count = table->bytes.size() / symbol_entry;
  if (count > most_symbols) {
    return object_error(where,
                        std::to_string(count) + " symbols; expected at most " + std::to_string(most_symbols));
  }
  for (std::size_t i = 0; i < count; ++i) {
    const Bytes entry = table->bytes.subspan(i * symbol_entry, symbol_entry);
    const auto info = *number_at<std::uint8_t>(entry, 4);
    const auto section = *number_at<std::uint16_t>(entry, 6);
    const auto name = string_at(names, *number_at<std::uint32_t>(entry, 0));
    const auto fault = [&](std::string message) {
      return std::unexpected(ObjectError{where, {}, i * symbol_entry, std::move(message)});
    };
    if (!name) return fault("symbol " + std::to_string(i) + " has no name");
    if (section >= sections_.size() && section < first_reserved) {
      return fault("symbol " + std::string(*name) + " lies in section " + std::to_string(section) +
                   ", which does not exist");
    }
    symbols_.push_back({.name = *name,
                        .kind = kind_of(info),
                        .global = (info >> 4) != 0,
                        .value = *number_at<std::uint64_t>(entry, 8),
                        .size = *number_at<std::uint64_t>(entry, 16),
                        .section = section < first_reserved ? section : 0U});
  }
  return {};
}

const Section* Elf::find(std::string_view name) const {
  const auto found = std::ranges::find(sections_, name, &Section::name);
  return found == sections_.end() ? nullptr : &*found;
}

OrObjectError<std::vector<Relocation>> Elf::relocations(const Section& section) const {
  std::vector<Relocation> all;
  for (const Section& table : sections_) {
    if ((table.type != type_rel && table.type != type_rela) || table.info != index_of(section)) continue;
    const std::string where(table.name);
    if (table.type == type_rela) return object_error(where, "relocations with addends; BPF objects have none");
    for (std::size_t at = 0; at + relocation_entry <= table.bytes.size(); at += relocation_entry) {
      const auto info = *number_at<std::uint64_t>(table.bytes, at + 8);
      const Relocation relocation{.offset = *number_at<std::uint64_t>(table.bytes, at),
                                  .type = static_cast<std::uint32_t>(info),
                                  .symbol = static_cast<std::uint32_t>(info >> 32)};
      const auto fault = [&](std::string message) {
        return std::unexpected(ObjectError{where, {}, at, std::move(message)});
      };
      if (relocation.symbol >= symbols_.size()) {
        return fault("relocates by symbol " + std::to_string(relocation.symbol) + ", which does not exist");
      }
      if (relocation.offset >= section.size) {
        return fault("relocates offset " + hex(relocation.offset) + " of " + std::string(section.name) +
                     ", which has " + std::to_string(section.size) + " bytes");
      }
      all.push_back(relocation);
    }
  }
  std::ranges::sort(all, {}, &Relocation::offset);
  return all;
}

}  // namespace tailbound::bpf::object
