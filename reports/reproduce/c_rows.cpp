#include "reports/reproduce/c_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "jit/bpf/text.hpp"
#include "reports/names.hpp"

namespace tailbound::reports {

namespace {

using bpf::Insn;
using bpf::LedgerLayout;

/// Instructions that every function begins its ledger with; what differs is the id, in these two.
constexpr std::size_t enter_slots = 20;
constexpr std::size_t enter_hash_imm = 10;
constexpr std::size_t enter_ring_imm = 19;
constexpr std::size_t count_slots = 5;
constexpr std::uint16_t ledger_map = 0;

bool loads_ledger(std::span<const Insn> code) {
  return bpf::is_two_slot(code[0]) && code[0].src == static_cast<std::uint8_t>(bpf::Imm64Kind::map_value) &&
         code[0].imm == ledger_map;
}

/// The ledger word that these five add one to, in r1 and r2; nothing: they do something else.
std::optional<std::uint32_t> counted_word(std::span<const Insn> code) {
  using namespace bpf::build;
  using enum bpf::Reg;
  if (code.size() < count_slots || !loads_ledger(code) || code[0].dst != num(r1)) return std::nullopt;
  const bool counts = code[2] == load(bpf::Width::b8, r2, r1, 0) && code[3] == alu(bpf::AluOp::add, r2, 1) &&
                      code[4] == store(bpf::Width::b8, r1, 0, r2);
  return counts ? std::optional(static_cast<std::uint32_t>(code[1].imm) / 8) : std::nullopt;
}

/// As `code`, but for the id.
bool is_enter(std::span<const Insn> code, std::span<const Insn> model) {
  if (code.size() < enter_slots) return false;
  for (std::size_t i = 0; i < enter_slots; ++i) {
    Insn plain = code[i];
    if (i == enter_hash_imm || i == enter_ring_imm) plain.imm = model[i].imm;
    if (plain != model[i]) return false;
  }
  return true;
}

/// The first function's, in the first program: behind `r6 = r1` where that is there.
std::span<const Insn> model_enter(const bpf::Lowered& lowered) {
  const std::span<const Insn> code(lowered.programs[0].insns);
  return code.subspan(loads_ledger(code) ? 0 : 1, enter_slots);
}

std::string insn_row(const Insn& insn, std::string_view imm) {
  return fmt::format("I(0x{:02x}, {}, {}, {}, {})", insn.opcode, insn.dst, insn.src, insn.off, imm);
}
std::string insn_row(const Insn& insn) { return insn_row(insn, std::to_string(insn.imm)); }

std::string load_row(const Insn& insn, const Insn& next) {
  if (insn.src == static_cast<std::uint8_t>(bpf::Imm64Kind::map))
    return fmt::format("MAP({}, {})", insn.dst, insn.imm);
  if (insn.src == static_cast<std::uint8_t>(bpf::Imm64Kind::map_value))
    return fmt::format("VALUE({}, {}, {})", insn.dst, insn.imm, next.imm);
  return insn_row(insn) + ", " + insn_row(next);
}

std::string padded(const std::string& row, const std::string& note) {
  return note.empty() ? "  " + row + "\n" : fmt::format("  {:<36}// {}\n", row, note);
}

/// Names by ledger word: "ENTRIES + 1".
std::string word_name(const LedgerLayout& layout, std::uint32_t word) {
  if (word >= layout.fall_throughs(0)) return fmt::format("REFUSED + {}", word - layout.fall_throughs(0));
  if (word >= layout.attempts(0)) return fmt::format("ATTEMPTS + {}", word - layout.attempts(0));
  return fmt::format("ENTRIES + {}", word - LedgerLayout::entries);
}

class Rows {
 public:
  Rows(const bpf::Scenario& scenario, const bpf::Lowered& lowered, std::uint16_t program)
      : lowered_(lowered),
        code_(lowered.programs[program]),
        names_(function_names(scenario)),
        program_(program) {}

  std::string write() {
    std::string out = fmt::format("static struct bpf_insn p{}[] = {{\n", program_);
    for (const bpf::LoweredFunction& function : code_.functions) {
      out += fmt::format("  // {}: from instruction {}\n", names_[function.id], function.first_insn);
      for (std::uint32_t i = function.first_insn; i < function.end_insn;) out += row(i, function.id);
    }
    return out + "};\n";
  }

 private:
  std::string row(std::uint32_t& at, std::uint32_t function_id) {
    const std::span<const Insn> rest = std::span(code_.insns).subspan(at);
    if (is_enter(rest, model_enter(lowered_)) &&
        counted_word(rest.subspan(enter_slots)) == lowered_.ledger.entry(function_id)) {
      at += enter_slots + count_slots;
      return padded(fmt::format("ENTER({}),", function_id), "");
    }
    if (const auto word = counted_word(rest)) {
      at += count_slots;
      return padded(fmt::format("COUNT({}),", word_name(lowered_.ledger, *word)), "");
    }
    if (bpf::is_two_slot(rest[0])) {
      at += 2;
      return padded(load_row(rest[0], rest[1]) + ",", load_note(rest[0], rest[1]));
    }
    const std::uint32_t insn = at++;
    return padded(insn_row(rest[0]) + ",", note(rest[0], insn));
  }

  std::string load_note(const Insn& insn, const Insn& next) const {
    if (insn.src == 0) return bpf::to_text(insn, &next);
    const std::string& map = lowered_.maps[static_cast<std::size_t>(insn.imm)].name;
    if (insn.src == static_cast<std::uint8_t>(bpf::Imm64Kind::map))
      return fmt::format("r{} = {}", insn.dst, map);
    return fmt::format("r{} = &{}[{}]", insn.dst, map, next.imm / 8);
  }

  std::string note(const Insn& insn, std::uint32_t at) const {
    if (bpf::is_local_call(insn)) {
      const auto target = static_cast<std::uint32_t>(static_cast<std::int32_t>(at) + 1 + insn.imm);
      const auto callee = std::ranges::find(code_.functions, target, &bpf::LoweredFunction::first_insn);
      return "call " + names_[callee->id];
    }
    if (!bpf::is_tail_call(insn)) return bpf::to_text(insn);
    const auto site = std::ranges::find(code_.sites, at, &bpf::LoweredSite::insn);
    const std::string& map = lowered_.maps[site->map].name;
    return site->direct_index ? fmt::format("tail call {}[{}]", map, *site->direct_index)
                              : fmt::format("tail call {}[r3]", map);
  }

  const bpf::Lowered& lowered_;
  const bpf::Bytecode& code_;
  std::vector<std::string> names_;
  std::uint16_t program_;
};

/// One instruction of ENTER, with the function's id where a lowered function has its own.
std::pair<std::string, std::string> enter_row(const Insn& insn, std::size_t at) {
  const bool has_id = at == enter_hash_imm || at == enter_ring_imm;
  if (!has_id) return {insn_row(insn), bpf::to_text(insn)};
  const std::string_view imm = at == enter_hash_imm ? "(id) + 1" : "(id)";
  const std::string note = bpf::to_text(insn);
  return {insn_row(insn, imm), note.substr(0, note.rfind(' ') + 1) + std::string(imm)};
}

/// Two instructions a line. A comment of a macro's line must end before the line does.
std::string enter_macro(std::span<const Insn> code) {
  std::string out = "#define ENTER(id) /* spends fuel or returns 0; hash, number and ring of entries */ \\\n";
  out += fmt::format("  {:<52}/* r1 = &ledger[FUEL] */ \\\n", load_row(code[0], code[1]) + ",");
  for (std::size_t i = 2; i < enter_slots; i += 2) {
    const auto [first, first_note] = enter_row(code[i], i);
    const auto [second, second_note] = enter_row(code[i + 1], i + 1);
    out += fmt::format("  {:<52}/* {}; {} */ \\\n", first + ", " + second + ",", first_note, second_note);
  }
  return out + "  COUNT(ENTRIES + (id))\n";
}

}  // namespace

std::string row_macros(const bpf::Scenario&, const bpf::Lowered& lowered) {
  std::string out =
      "#define I(op, dst, src, off, imm) {op, dst, src, off, imm}\n"
      "#define MAP(r, m) I(0x18, r, BPF_PSEUDO_MAP_FD, 0, m), I(0, 0, 0, 0, 0)  // m: number of the map, until "
      "loaded\n"
      "#define VALUE(r, m, byte) I(0x18, r, BPF_PSEUDO_MAP_VALUE, 0, m), I(0, 0, 0, 0, byte)\n"
      "#define COUNT(word) /* ledger[word] += 1; r1 and r2 are scratch */ \\\n";
  out += "  VALUE(1, 0, 8 * (word)), I(0x79, 2, 1, 0, 0), I(0x07, 2, 0, 0, 1), I(0x7b, 1, 2, 0, 0)\n";
  return out + enter_macro(model_enter(lowered));
}

std::string program_rows(const bpf::Scenario& scenario, const bpf::Lowered& lowered, std::uint16_t program) {
  return Rows(scenario, lowered, program).write();
}

std::string ledger_names(const bpf::Lowered& lowered) {
  const LedgerLayout& l = lowered.ledger;
  return fmt::format(
      "enum {{ FUEL = {}, HASH = {}, TOTAL = {}, LIVE = {}, ENTRIES = {}, ATTEMPTS = {}, REFUSED = {}, "
      "WORDS = {}, SITES = {},\n       FUEL_OF_A_RUN = {} }};\n",
      LedgerLayout::fuel, LedgerLayout::hash, LedgerLayout::total, LedgerLayout::live, LedgerLayout::entries,
      l.attempts(0), l.fall_throughs(0), l.words(), l.sites, lowered.fuel);
}

}  // namespace tailbound::reports
