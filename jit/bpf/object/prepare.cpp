#include "jit/bpf/object/prepare.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "jit/bpf/limits.hpp"
#include "jit/bpf/object/instrument.hpp"
#include "jit/bpf/object/packet.hpp"

namespace tailbound::bpf {

namespace {

using namespace object;

constexpr std::uint32_t skb_bytes = 192, xdp_bytes = 24;  // struct __sk_buff, struct xdp_md
constexpr std::uint32_t ethernet_header = 14;

std::uint64_t low_bits(unsigned bits) { return bits == 64 ? UINT64_MAX : (std::uint64_t{1} << bits) - 1; }

/// Map 0 is the ledger.
constexpr std::uint16_t lowered_map(std::uint32_t map) { return static_cast<std::uint16_t>(map + 1); }

class Preparer {
 public:
  Preparer(const Object& object, const PrepareOptions& options) : object_(object), options_(options) {}

  OrObjectError<PreparedObject> prepare() {
    const auto arrays = std::ranges::count(object_.maps, LoweredMap::Kind::array, &ObjectMap::kind);
    Lowered& lowered = out_.lowered;
    lowered.type = object_.type;
    lowered.fuel = options_.fuel;
    lowered.first_array_map = 1;
    lowered.first_prog_array = lowered_map(static_cast<std::uint32_t>(arrays));
    programs_ = object_.programs;
    for (ObjectProgram& program : programs_) {
      if (auto done = check(program); !done) return std::unexpected(done.error());
    }
    add_maps();
    if (auto done = instrument_all(); !done) return std::unexpected(done.error());
    give_context();
    add_names();
    return std::move(out_);
  }

 private:
  OrObjectError<std::monostate> check(ObjectProgram& program) {
    const auto fault = [&](const InsnError& error) {
      const std::size_t at = std::min<std::size_t>(error.insn, program.places.size() - 1);
      return std::unexpected(object_.error_at(program.places[at], error.message));
    };
    if (program.insns.empty()) return object_error("", "program " + program.name + " has no instructions");
    // In the object's own numbering, loads of maps are moved up behind the ledger.
    for (std::size_t i = 0; i < program.insns.size(); ++i) {
      if (!is_two_slot(program.insns[i])) continue;
      if (program.insns[i].src != 0) ++program.insns[i].imm;
      ++i;
    }
    const auto packet_map = lowered_map(static_cast<std::uint32_t>(object_.maps.size()));
    const auto replaced = replace_packet_reads(program, packet_map, options_.packet);
    if (!replaced) return fault(replaced.error());
    reads_packet_ = reads_packet_ || *replaced != 0;
    auto layout = check_program(program);
    if (!layout) return fault(layout.error());
    LedgerLayout& ledger = out_.lowered.ledger;
    ledger.functions += static_cast<std::uint32_t>(layout->functions.size());
    ledger.sites += static_cast<std::uint32_t>(layout->sites.size());
    layouts_.push_back(std::move(*layout));
    return {};
  }

  void add_maps() {
    std::vector<LoweredMap>& maps = out_.lowered.maps;
    const std::uint32_t words = out_.lowered.ledger.words();
    maps.push_back({.kind = LoweredMap::Kind::array,
                    .name = "ledger",
                    .value_size = words * 8,
                    .max_entries = 1,
                    .words = std::vector<std::uint64_t>(words),
                    .slots = {}});
    for (const ObjectMap& map : object_.maps) {
      LoweredMap lowered{.kind = map.kind,
                         .name = map.name,
                         .value_size = map.value_size,
                         .max_entries = map.max_entries,
                         .words = {},
                         .slots = map.slots};
      if (map.kind == LoweredMap::Kind::array) {
        lowered.words.resize(std::size_t{(map.value_size + 7) / 8} * map.max_entries);
        assert(map.bytes.size() <= lowered.words.size() * 8 && "a section's bytes are its map's");
        if (!map.bytes.empty()) std::memcpy(lowered.words.data(), map.bytes.data(), map.bytes.size());
      }
      maps.push_back(std::move(lowered));
    }
    if (!reads_packet_) return;
    const std::uint32_t packet_words = std::max((options_.packet + 7) / 8, 1U);
    maps.push_back({.kind = LoweredMap::Kind::array,
                    .name = "packet",
                    .value_size = packet_words * 8,
                    .max_entries = 1,
                    .words = std::vector<std::uint64_t>(packet_words),
                    .slots = {}});
  }

  OrObjectError<std::monostate> instrument_all() {
    FirstIds first;
    for (std::size_t p = 0; p < programs_.size(); ++p) {
      auto made = instrument(programs_[p], layouts_[p], first, out_.lowered.ledger, out_.lowered.maps);
      if (!made) {
        const auto at = std::min<std::size_t>(made.error().insn, programs_[p].places.size() - 1);
        return std::unexpected(object_.error_at(programs_[p].places[at], made.error().message));
      }
      first.function += static_cast<std::uint32_t>(made->code.functions.size());
      first.site += static_cast<std::uint32_t>(made->code.sites.size());
      out_.lowered.programs.push_back(std::move(made->code));
      function_names_.push_back(std::move(made->functions));
    }
    return {};
  }

  /// What describes a packet of so many bytes, as far as it is the same on every engine.
  void give_context() {
    GivenContext context{
        .bytes = std::vector<std::uint8_t>(skb_bytes), .writable = true, .packet = options_.packet};
    std::uint32_t length = options_.packet;
    switch (object_.type) {
      case ProgType::tc: break;
      case ProgType::socket_filter:
        length -= std::min(length, ethernet_header);
        break;  // a test run has taken it off
      case ProgType::xdp:
        context.bytes.resize(xdp_bytes);
        length = 0;  // two pointers, which only a kernel has
        break;
    }
    std::memcpy(context.bytes.data(), &length, sizeof length);
    out_.lowered.context = std::move(context);
  }

  // --- names ---

  void add_names() {
    Scenario& names = out_.names;
    names.type = object_.type;
    names.limits = default_limits().name;
    names.fuel = options_.fuel;
    for (std::size_t p = 0; p < function_names_.size(); ++p) {
      Program program;
      for (std::size_t f = 0; f < function_names_[p].size(); ++f) {
        program.functions.push_back(
            {.name = name_from(function_names_[p][f]), .stack = 0, .keep = 0, .body = {}});
      }
      // Sites are numbered by function in the skeleton too.
      for (const LoweredSite& site : out_.lowered.programs[p].sites) {
        program.functions[site.function].body.push_back({TailCall{}});
      }
      for (Function& function : program.functions) function.body.push_back({Return{}});
      names.programs.push_back(std::move(program));
    }
    for (const ObjectMap& map : object_.maps) {
      if (map.kind != LoweredMap::Kind::prog_array) continue;
      names.arrays.push_back({.name = name_from(map.name), .size = map.max_entries, .slots = map.slots});
    }
    for (const ObjectVariable& variable : object_.variables) add_variable(variable);
  }

  /// Dots, as in the names of a function's own static variables, are no part of a name in events.
  static std::string name_from(std::string name) {
    for (char& c : name) {
      const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
      if (!good) c = '_';
    }
    return name.substr(0, cap::name_length);
  }

  void add_variable(const ObjectVariable& variable) {
    std::uint32_t first_word = 0;
    for (std::uint32_t m = 0; m < variable.map; ++m) {
      if (object_.maps[m].kind == LoweredMap::Kind::array) {
        first_word += static_cast<std::uint32_t>(out_.lowered.maps[lowered_map(m)].words.size());
      }
    }
    ArrayMap cells{.name = name_from(variable.name), .cells = {}};
    const std::vector<std::uint64_t>& words = out_.lowered.maps[lowered_map(variable.map)].words;
    for (std::uint32_t e = 0; e < variable.elements; ++e) {
      const std::uint32_t at = variable.offset + e * variable.stride;
      // Clang aligns its scalars; one that lies across two words is not shown.
      if (at % 8 + variable.width > 8U || at / 8 >= words.size()) break;
      const CellPlace local{at / 8, static_cast<std::uint8_t>(at % 8 * 8),
                            static_cast<std::uint8_t>(variable.width * 8), variable.is_signed};
      cells.cells.push_back(local.read(words));
      out_.cells.push_back(local);
      out_.cells.back().word += first_word;
      out_.cell_map.push_back(lowered_map(variable.map));
      out_.cell_index.push_back(at / 8);
    }
    if (!cells.cells.empty()) out_.names.maps.push_back(std::move(cells));
  }

  const Object& object_;
  PrepareOptions options_;
  std::vector<ObjectProgram> programs_;  // without reads of the packet
  std::vector<Layout> layouts_;
  std::vector<std::vector<std::string>> function_names_;
  bool reads_packet_ = false;
  PreparedObject out_;
};

}  // namespace

std::uint64_t CellPlace::read(std::span<const std::uint64_t> words) const {
  const std::uint64_t value = words[word] >> first_bit & low_bits(bits);
  const bool negative = is_signed && (value >> (bits - 1) & 1U) != 0;
  return negative ? value | ~low_bits(bits) : value;
}

std::uint64_t CellPlace::written(std::uint64_t old, std::uint64_t value) const {
  const std::uint64_t mask = low_bits(bits) << first_bit;
  return (old & ~mask) | (value << first_bit & mask);
}

std::size_t PreparedObject::cell(CellRef ref) const {
  std::size_t at = ref.index;
  for (std::size_t m = 0; m < ref.map; ++m) at += names.maps[m].cells.size();
  return at;
}

OrObjectError<PreparedObject> prepare(const Object& object, const PrepareOptions& options) {
  return Preparer(object, options).prepare();
}

}  // namespace tailbound::bpf
