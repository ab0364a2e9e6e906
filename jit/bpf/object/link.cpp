#include "jit/bpf/object/link.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "jit/bpf/decode.hpp"
#include "jit/bpf/limits.hpp"

namespace tailbound::bpf::object {

namespace {

constexpr std::uint64_t slot_bytes = 8;

/// A function's place in the file.
struct Body {
  std::uint32_t section = 0;
  std::uint64_t first = 0;  // bytes
  std::uint64_t end = 0;
  std::uint32_t symbol = 0;
  std::uint32_t at = 0;  // its first slot in the program
};

class Linker {
 public:
  Linker(const LinkInput& input, Object& into)
      : elf_(input.elf), maps_(input.maps), functions_(input.functions), into_(into) {}

  OrObjectError<ObjectProgram> link(std::uint32_t symbol) {
    program_.name = elf_.symbols()[symbol].name;
    const auto main = body_at(elf_.symbols()[symbol].section, elf_.symbols()[symbol].value);
    if (!main)
      return std::unexpected(ObjectError{section_name(elf_.symbols()[symbol].section), program_.name,
                                         std::nullopt, "no function lies at its symbol"});
    if (auto done = append(*main); !done) return std::unexpected(done.error());
    // Appending a body may ask for further ones, which come behind it.
    for (std::size_t b = 0; b < bodies_.size(); ++b) {
      if (auto done = resolve(b); !done) return std::unexpected(done.error());
    }
    return std::move(program_);
  }

 private:
  std::string section_name(std::uint32_t section) const { return std::string(elf_.sections()[section].name); }

  std::unexpected<ObjectError> fault(const Body& body, std::uint64_t offset, std::string message) const {
    return std::unexpected(ObjectError{
        section_name(body.section), std::string(elf_.symbols()[body.symbol].name), offset, std::move(message)});
  }

  /// The function whose code holds this offset: the last that begins there or before.
  std::optional<Body> body_at(std::uint32_t section, std::uint64_t offset) const {
    const Section& code = elf_.sections()[section];
    const auto place = [&](std::uint32_t s) {
      return std::pair(elf_.symbols()[s].section, elf_.symbols()[s].value);
    };
    const auto behind = std::ranges::upper_bound(functions_, std::pair(section, offset), {}, place);
    if (!code.is_code() || behind == functions_.begin()) return std::nullopt;
    const std::uint32_t s = *(behind - 1);
    const Symbol& symbol = elf_.symbols()[s];
    const std::uint64_t end = symbol.size == 0 ? code.bytes.size() : symbol.value + symbol.size;
    if (symbol.section != section || offset >= end || symbol.value >= code.bytes.size()) return std::nullopt;
    return Body{.section = section, .first = symbol.value, .end = end, .symbol = s, .at = 0};
  }

  OrObjectError<std::monostate> append(Body body) {
    const Section& section = elf_.sections()[body.section];
    const auto code = part(section.bytes, body.first, body.end - body.first);
    if (!code || code->size() % slot_bytes != 0 || body.first % slot_bytes != 0) {
      return fault(body, body.first, "the function's code is not whole instructions inside its section");
    }
    if (program_.insns.size() + code->size() / slot_bytes > object_cap::insns) {
      return fault(body, body.first,
                   "the program grows beyond " + std::to_string(object_cap::insns) + " instructions");
    }
    if (bodies_.size() >= default_limits().functions) {
      return fault(body, body.first,
                   "one function more than " + std::to_string(default_limits().functions) + " in a program");
    }
    body.at = static_cast<std::uint32_t>(program_.insns.size());
    const std::uint16_t section_at = name_at(into_.sections, section.name);
    const std::uint16_t symbol_at = name_at(into_.symbols, elf_.symbols()[body.symbol].name);
    for (std::uint64_t at = 0; at < code->size(); at += slot_bytes) {
      program_.insns.push_back(from_word(*number_at<std::uint64_t>(*code, at)));
      program_.places.push_back({section_at, symbol_at, static_cast<std::uint32_t>(body.first + at)});
    }
    program_.functions.push_back({std::string(elf_.symbols()[body.symbol].name), body.at});
    bodies_.push_back(body);
    return {};
  }

  static std::uint16_t name_at(std::vector<std::string>& names, std::string_view name) {
    const auto found = std::ranges::find(names, name);
    if (found != names.end()) return static_cast<std::uint16_t>(found - names.begin());
    names.emplace_back(name);
    return static_cast<std::uint16_t>(names.size() - 1);
  }

  const Relocation* relocation_at(const std::vector<Relocation>& all, std::uint64_t offset) const {
    const auto found = std::ranges::lower_bound(all, offset, {}, &Relocation::offset);
    return found != all.end() && found->offset == offset ? &*found : nullptr;
  }

  /// Addresses and calls of a body.
  OrObjectError<std::monostate> resolve(std::size_t index) {
    const Body body = bodies_[index];  // appending moves them
    const auto* relocations = relocations_of(body.section);
    if (relocations == nullptr) return std::unexpected(error_);
    const auto end = static_cast<std::uint32_t>(body.at + (body.end - body.first) / slot_bytes);
    for (std::uint32_t i = body.at; i < end; ++i) {
      const std::uint64_t offset = body.first + (i - body.at) * slot_bytes;
      const Relocation* const relocation = relocation_at(*relocations, offset);
      const bool two_slots = is_two_slot(program_.insns[i]);
      if (two_slots && i + 1 == end) return fault(body, offset, "the function ends inside a two-slot load");
      OrObjectError<std::monostate> done;
      if (two_slots)
        done = relocation != nullptr ? address(body, i, offset, *relocation) : plain_load(body, i, offset);
      else if (is_local_call(program_.insns[i])) done = call(body, i, offset, relocation);
      else if (relocation != nullptr)
        done = fault(body, offset, unknown(*relocation) + " at an instruction that takes none");
      if (!done) return done;
      if (two_slots) ++i;
    }
    return {};
  }

  static std::string unknown(const Relocation& relocation) {
    return "relocation of type " + std::to_string(relocation.type);
  }

  const std::vector<Relocation>* relocations_of(std::uint32_t section) {
    const auto known = relocations_.find(section);
    if (known != relocations_.end()) return &known->second;
    auto read = elf_.relocations(elf_.sections()[section]);
    if (!read) {
      error_ = read.error();
      return nullptr;
    }
    return &relocations_.emplace(section, std::move(*read)).first->second;
  }

  /// Without a relocation a load of 64 bits is a constant; the other kinds number things of a running system.
  OrObjectError<std::monostate> plain_load(const Body& body, std::uint32_t at, std::uint64_t offset) const {
    if (program_.insns[at].src == static_cast<std::uint8_t>(Imm64Kind::value)) return {};
    return fault(body, offset,
                 "loads an address of kind " + std::to_string(program_.insns[at].src) +
                     " without a relocation that says of what");
  }

  OrObjectError<std::monostate> address(const Body& body, std::uint32_t at, std::uint64_t offset,
                                        const Relocation& relocation) {
    const Symbol& symbol = elf_.symbols()[relocation.symbol];
    if (relocation.type != relocation_64_64)
      return fault(body, offset, unknown(relocation) + " at a load; expected 1");
    const std::string name(symbol.name);
    if (symbol.section == 0) {
      return fault(body, offset,
                   "address of " + name +
                       ", which the object does not define (a kernel's variable or "
                       "configuration)");
    }
    Insn& low = program_.insns[at];
    const Section& section = elf_.sections()[symbol.section];
    if (section.is_code())
      return fault(body, offset, "address of function " + name + "; no callbacks are taken");
    const std::uint64_t target = symbol.value + static_cast<std::uint32_t>(low.imm);
    if (section.name == maps_section) {
      const auto found = std::ranges::find(maps_.definitions, target, &MapPlaces::Definition::offset);
      if (found == maps_.definitions.end()) return fault(body, offset, "unknown map " + name);
      set_address(at, Imm64Kind::map, found->map, 0);
      return {};
    }
    const std::uint32_t map = maps_.map_of_section[symbol.section];
    if (map == UINT32_MAX) {
      return fault(body, offset,
                   "address in section " + std::string(section.name) +
                       ", which holds no variables; expected .bss, .data, .rodata or .maps");
    }
    if (target >= section.size) {
      return fault(body, offset,
                   "address " + hex(target) + " of section " + std::string(section.name) + ", which has " +
                       std::to_string(section.size) + " bytes");
    }
    set_address(at, Imm64Kind::map_value, map, static_cast<std::uint32_t>(target));
    return {};
  }

  void set_address(std::uint32_t at, Imm64Kind kind, std::uint32_t map, std::uint32_t offset) {
    Insn& low = program_.insns[at];
    low.src = static_cast<std::uint8_t>(kind);
    low.imm = static_cast<std::int32_t>(map);
    program_.insns[at + 1].imm = static_cast<std::int32_t>(offset);
  }

  /// The distance of a call that has a relocation counts from the symbol, one that has none from its own place.
  OrObjectError<std::monostate> call(const Body& body, std::uint32_t at, std::uint64_t offset,
                                     const Relocation* relocation) {
    std::uint32_t section = body.section;
    std::int64_t target = static_cast<std::int64_t>(offset);
    if (relocation != nullptr) {
      const Symbol& symbol = elf_.symbols()[relocation->symbol];
      if (relocation->type != relocation_64_32)
        return fault(body, offset, unknown(*relocation) + " at a call; expected 10");
      if (symbol.section == 0) {
        return fault(body, offset,
                     "calls " + std::string(symbol.name) +
                         ", which the object does not define; functions of the kernel are not taken");
      }
      section = symbol.section;
      target = static_cast<std::int64_t>(std::min<std::uint64_t>(symbol.value, UINT32_MAX));
    }
    target += (std::int64_t{program_.insns[at].imm} + 1) * std::int64_t{slot_bytes};
    const auto callee = target < 0 ? std::nullopt : body_at(section, static_cast<std::uint64_t>(target));
    if (!callee || (static_cast<std::uint64_t>(target) - callee->first) % slot_bytes != 0) {
      return fault(body, offset,
                   "calls offset " + std::to_string(target) + " of section " + section_name(section) +
                       ", where no function lies");
    }
    auto known = std::ranges::find(bodies_, callee->symbol, &Body::symbol);
    if (known == bodies_.end()) {
      if (auto done = append(*callee); !done) return done;
      known = bodies_.end() - 1;
    }
    const auto first =
        static_cast<std::int64_t>(known->at) + (target - static_cast<std::int64_t>(known->first)) / 8;
    program_.insns[at].imm = static_cast<std::int32_t>(first - std::int64_t{at} - 1);
    return {};
  }

  const Elf& elf_;
  const MapPlaces& maps_;
  const std::vector<std::uint32_t>& functions_;
  Object& into_;
  ObjectProgram program_;
  std::vector<Body> bodies_;
  std::map<std::uint32_t, std::vector<Relocation>> relocations_;  // by section
  ObjectError error_;
};

}  // namespace

OrObjectError<ObjectProgram> link_program(const LinkInput& input, std::uint32_t symbol, Object& into) {
  return Linker(input, into).link(symbol);
}

}  // namespace tailbound::bpf::object
