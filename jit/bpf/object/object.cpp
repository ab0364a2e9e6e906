#include "jit/bpf/object/object.hpp"

#include <algorithm>
#include <tuple>

#include "jit/bpf/object/btf.hpp"
#include "jit/bpf/object/data.hpp"
#include "jit/bpf/object/elf.hpp"
#include "jit/bpf/object/link.hpp"
#include "jit/bpf/object/section_type.hpp"

namespace tailbound::bpf {

namespace {

using namespace object;

constexpr std::string_view subprograms = ".text";

class Reader {
 public:
  Reader(const Elf& elf, const ObjectOptions& options) : elf_(elf), options_(options) {}

  OrObjectError<Object> read() {
    const auto btf = Btf::read(elf_);
    if (!btf) return std::unexpected(btf.error());
    const auto core = first_core_relocation(elf_, *btf);
    if (!core) return std::unexpected(core.error());
    if (*core) {
      return std::unexpected(
          ObjectError{std::string((*core)->section),
                      {},
                      (*core)->offset,
                      "needs CO-RE relocation (an access fitted to a kernel's types); not taken"});
    }
    if (auto done = find_programs(); !done) return std::unexpected(done.error());
    const auto maps = read_data(elf_, *btf, object_);
    if (!maps) return std::unexpected(maps.error());
    const LinkInput input{elf_, *maps, functions_};
    for (const std::uint32_t symbol : program_symbols_) {
      auto program = link_program(input, symbol, object_);
      if (!program) return std::unexpected(program.error());
      object_.programs.push_back(std::move(*program));
    }
    if (auto done = fill_slots(*maps); !done) return std::unexpected(done.error());
    return std::move(object_);
  }

 private:
  /// The functions of the sections that name a program type, in the order of the file.
  OrObjectError<std::monostate> find_programs() {
    find_functions();
    for (const Section& section : elf_.sections()) {
      if (!section.is_code() || section.size == 0 || section.name == subprograms) continue;
      const auto type = type_of_section(section.name);
      if (!type) {
        if (options_.bare_code) continue;
        return std::unexpected(
            ObjectError{std::string(section.name), first_function(section), std::nullopt, type.error()});
      }
      if (!program_symbols_.empty() && *type != object_.type) {
        return std::unexpected(
            ObjectError{std::string(section.name), first_function(section), std::nullopt,
                        "a program of another type than those before it; expected one type"});
      }
      object_.type = *type;
      add_functions(section);
    }
    if (program_symbols_.empty() && options_.bare_code) add_bare_code();
    if (program_symbols_.empty()) {
      return object_error("", "no program: no function in a section named tc, classifier, xdp or socket");
    }
    if (program_symbols_.size() > object_cap::programs) {
      return object_error("", std::to_string(program_symbols_.size()) + " programs; expected at most " +
                                  std::to_string(object_cap::programs));
    }
    return {};
  }

  /// All functions, by section and value.
  void find_functions() {
    const auto place = [&](std::uint32_t s) {
      return std::tuple(elf_.symbols()[s].section, elf_.symbols()[s].value, s);
    };
    for (std::uint32_t s = 0; s < elf_.symbols().size(); ++s) {
      if (elf_.symbols()[s].kind == Symbol::Kind::function) functions_.push_back(s);
    }
    std::ranges::sort(functions_, {}, place);
  }

  std::span<const std::uint32_t> functions_of(const Section& section) const {
    const auto of = std::ranges::equal_range(functions_, elf_.index_of(section), {},
                                             [&](std::uint32_t s) { return elf_.symbols()[s].section; });
    return {of.begin(), of.end()};
  }

  std::string first_function(const Section& section) const {
    const auto all = functions_of(section);
    return all.empty() ? std::string() : std::string(elf_.symbols()[all.front()].name);
  }

  void add_functions(const Section& section) {
    const auto all = functions_of(section);
    program_symbols_.insert(program_symbols_.end(), all.begin(), all.end());
  }

  void add_bare_code() {
    for (const Section& section : elf_.sections()) {
      if (!section.is_code()) continue;
      const auto all = functions_of(section);
      if (all.empty()) continue;
      program_symbols_.push_back(all.front());
      return;
    }
  }

  OrObjectError<std::monostate> fill_slots(const MapPlaces& maps) {
    for (const Filling& filling : maps.fillings) {
      const auto program = std::ranges::find(program_symbols_, filling.symbol);
      ObjectMap& map = object_.maps[filling.map];
      if (program == program_symbols_.end()) {
        return std::unexpected(ObjectError{std::string(maps_section), map.name, filling.offset,
                                           "slot " + std::to_string(filling.index) + " is filled with " +
                                               std::string(elf_.symbols()[filling.symbol].name) +
                                               ", which is no program of this object"});
      }
      const auto at = static_cast<std::uint16_t>(program - program_symbols_.begin());
      std::erase_if(map.slots, [&](const Slot& slot) { return slot.index == filling.index; });
      map.slots.push_back({filling.index, at});
      std::ranges::sort(map.slots);
    }
    return {};
  }

  const Elf& elf_;
  ObjectOptions options_;
  Object object_;
  std::vector<std::uint32_t> functions_;        // symbols
  std::vector<std::uint32_t> program_symbols_;  // in the order of the programs
};

}  // namespace

ObjectError Object::error_at(const ObjectPlace& place, std::string message) const {
  return {sections[place.section], symbols[place.symbol], place.offset, std::move(message)};
}

bool is_object(std::span<const std::byte> file) {
  constexpr std::string_view magic =
      "\x7f"
      "ELF";
  return file.size() >= magic.size() &&
         std::string_view(reinterpret_cast<const char*>(file.data()), magic.size()) == magic;
}

OrObjectError<Object> read_object(std::span<const std::byte> file, const ObjectOptions& options) {
  if (file.size() > object_cap::file_bytes) {
    return object_error("", "the file has " + std::to_string(file.size()) + " bytes; expected at most " +
                                std::to_string(object_cap::file_bytes));
  }
  const auto elf = Elf::read(file);
  if (!elf) return std::unexpected(elf.error());
  return Reader(*elf, options).read();
}

}  // namespace tailbound::bpf
