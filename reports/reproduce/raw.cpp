// The instructions as bytes, for tools of other people: a line an instruction, maps and events as words.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <span>

#include "jit/bpf/decode.hpp"
#include "jit/bpf/text.hpp"
#include "reports/names.hpp"
#include "reports/reproduce/prediction.hpp"
#include "reports/reproduce/reproduce.hpp"

namespace tailbound::reports {

namespace {

using bpf::Insn;

std::string_view type_word(bpf::ProgType type) {
  switch (type) {
    case bpf::ProgType::socket_filter: return "socket_filter";
    case bpf::ProgType::tc: return "tc";
    case bpf::ProgType::xdp: return "xdp";
  }
  return "?";
}

std::string hex(std::span<const Insn> slots) {
  std::string out;
  for (const std::byte byte : bpf::encode(slots)) out += fmt::format("{:02x}", static_cast<unsigned>(byte));
  return out;
}

std::string map_line(std::size_t number, const bpf::LoweredMap& map) {
  const bool array = map.kind == bpf::LoweredMap::Kind::array;
  std::string out = fmt::format("map {} {} {} value {} entries {}\n", number, map.name,
                                array ? "array" : "prog_array", map.value_size, map.max_entries);
  for (std::size_t w = 0; w < map.words.size(); ++w) {
    if (map.words[w] != 0) out += fmt::format("  word {} 0x{:x}\n", w, map.words[w]);
  }
  for (const bpf::Slot& slot : map.slots)
    out += fmt::format("  slot {} program {}\n", slot.index, slot.program);
  return out;
}

class Programs {
 public:
  Programs(const bpf::Scenario& scenario, const bpf::Lowered& lowered)
      : lowered_(lowered), names_(function_names(scenario)) {}

  std::string write(std::size_t number) const {
    const bpf::Bytecode& code = lowered_.programs[number];
    std::string out =
        fmt::format("program {} {} slots {}\n", number, names_[code.functions[0].id], code.insns.size());
    for (const bpf::LoweredFunction& f : code.functions) {
      out += fmt::format("  function {} {}\n", f.first_insn, names_[f.id]);
      for (std::uint32_t i = f.first_insn; i < f.end_insn;) out += line(code.insns, i);
    }
    return out;
  }

 private:
  /// `@map N`: the four bytes behind the first four hold N in place of a descriptor.
  std::string line(const std::vector<Insn>& insns, std::uint32_t& at) const {
    const std::size_t slots = bpf::is_two_slot(insns[at]) && at + 1 < insns.size() ? 2 : 1;
    const std::span<const Insn> part = std::span(insns).subspan(at, slots);
    at += static_cast<std::uint32_t>(slots);
    const bool names_map = slots == 2 && part[0].src != 0;
    return fmt::format("    {:<33}{:<9}# {}\n", hex(part), names_map ? fmt::format("@map {}", part[0].imm) : "",
                       bpf::to_text(part[0], slots == 2 ? &part[1] : nullptr));
  }

  const bpf::Lowered& lowered_;
  std::vector<std::string> names_;
};

std::string event_line(const bpf::Lowered& lowered, const bpf::Event& event) {
  if (const auto* run = std::get_if<bpf::Run>(&event)) return fmt::format("run program {}\n", run->program);
  if (const auto* set = std::get_if<bpf::SetSlot>(&event)) {
    const std::uint16_t map = lowered.map_of_array(set->array);
    if (!set->program) return fmt::format("empty map {} slot {}\n", map, set->index);
    return fmt::format("fill map {} slot {} program {}\n", map, set->index, *set->program);
  }
  const auto& cell = std::get<bpf::SetCell>(event);  // beyond_system_calls has seen to the others
  return fmt::format("store map {} word {} 0x{:x}\n", lowered.map_of_cells(cell.cell.map), cell.cell.index,
                     cell.value);
}

/// The expected run behind each `run` line.
std::string events(const bpf::Scenario& scenario, const bpf::Lowered& lowered, const FindingRecord& record) {
  const Prediction wanted = predictions(scenario, record).front();
  const Measures measures = Measures::of(scenario);
  const std::vector<std::string_view> names = measures.names();
  std::string out;
  std::size_t r = 0;
  for (const bpf::Event& event : lowered.events) {
    out += event_line(lowered, event);
    if (!std::holds_alternative<bpf::Run>(event)) continue;
    const auto values = measures.values(wanted.seen.runs[r++], wanted.seen.layout);
    for (std::size_t m = 0; m < names.size(); ++m)
      out += fmt::format("  expect {}: 0x{:x}\n", names[m], values[m]);
  }
  return out;
}

}  // namespace

std::expected<Reproducer, std::string> raw_reproducer(const Subject& subject) {
  if (auto why = beyond_system_calls(subject.scenario)) return std::unexpected(std::move(*why));
  const bpf::Lowered lowered = bpf::lower(subject.scenario);
  const bpf::LedgerLayout& ledger = lowered.ledger;
  std::string out = fmt::format("# tailbound raw 1 (docs/reports.md)\n# {}: {}\n", subject.record.verdict,
                                subject.record.detail);
  out += fmt::format("type {}\nfuel {}\nledger functions {} sites {}\n", type_word(lowered.type), lowered.fuel,
                     ledger.functions, ledger.sites);
  for (std::size_t m = 0; m < lowered.maps.size(); ++m) out += map_line(m, lowered.maps[m]);
  const Programs programs(subject.scenario, lowered);
  for (std::size_t p = 0; p < lowered.programs.size(); ++p) out += programs.write(p);
  return Reproducer{{subject.name + ".raw", out + events(subject.scenario, lowered, subject.record)}};
}

}  // namespace tailbound::reports
