// The reproducer for any machine with a C compiler: maps, bytecode, type information, events, what is expected.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "reports/names.hpp"
#include "reports/reproduce/c_btf.hpp"
#include "reports/reproduce/c_rows.hpp"
#include "reports/reproduce/c_text.hpp"
#include "reports/reproduce/prediction.hpp"
#include "reports/reproduce/reproduce.hpp"

namespace tailbound::reports {

namespace {

std::string_view type_name(bpf::ProgType type) {
  switch (type) {
    case bpf::ProgType::socket_filter: return "BPF_PROG_TYPE_SOCKET_FILTER";
    case bpf::ProgType::tc: return "BPF_PROG_TYPE_SCHED_CLS";
    case bpf::ProgType::xdp: return "BPF_PROG_TYPE_XDP";
  }
  return "BPF_PROG_TYPE_UNSPEC";
}

class Writer {
 public:
  explicit Writer(const Subject& subject)
      : subject_(subject),
        scenario_(subject.scenario),
        lowered_(bpf::lower(subject.scenario)),
        predictions_(predictions(subject.scenario, subject.record)),
        measures_(Measures::of(subject.scenario)) {}

  std::string write() {
    std::string out = head();
    out += c_text::includes;
    out += "\n// The ledger, map 0: what the bytecode writes down about its own run, in words of 64 bits.\n" +
           ledger_names(lowered_) + "\n" + row_macros(scenario_, lowered_) + "\n";
    for (std::uint16_t p = 0; p < lowered_.programs.size(); ++p) out += program_rows(scenario_, lowered_, p);
    out += btf_constant(scenario_) + functions() + programs() + maps() + expected();
    out += c_text::system_calls;
    if (fills_slots()) out += c_text::fill_slot;
    if (has_event<bpf::SetCell>([](const bpf::SetCell&) { return true; })) out += c_text::set_cell;
    out += c_text::load;
    out += c_text::run_begin + rest_of_what_is_seen() + c_text::run_end;
    return out + main_function();
  }

 private:
  std::string head() const {
    const FindingRecord& record = subject_.record;
    return fmt::format(
        "// {}: {}\n"
        "// Seen under scheme {}. Build and run: cc -static -O2 -o {} {}.c && sudo ./{}\n"
        "// Exit 0: as expected; 1: another run; 3: could not run. As /init of a guest it prints and powers "
        "off.\n"
        "// Fuel in the bytecode ends a run after {} entries. A sound count needs {} bytes of machine stack at "
        "most.\n",
        record.verdict, record.detail, record.scheme, subject_.name, subject_.name, subject_.name,
        scenario_.fuel, sound_stack_bound(scenario_));
  }

  template <class Kind, class Condition>
  bool has_event(Condition&& condition) const {
    return std::ranges::any_of(scenario_.events, [&](const bpf::Event& e) {
      const auto* kind = std::get_if<Kind>(&e);
      return kind != nullptr && condition(*kind);
    });
  }
  bool fills_slots() const {
    return std::ranges::any_of(scenario_.arrays, [](const bpf::ProgArray& a) { return !a.slots.empty(); }) ||
           has_event<bpf::SetSlot>([](const bpf::SetSlot& s) { return s.program.has_value(); });
  }

  /// struct bpf_func_info: where a function begins, and its type.
  std::string functions() const {
    std::string out;
    for (std::uint16_t p = 0; p < lowered_.programs.size(); ++p) {
      std::vector<std::string> rows;
      for (const bpf::LoweredFunction& f : lowered_.programs[p].functions)
        rows.push_back(fmt::format("{{{}, {}}}", f.first_insn, btf_id(f.id)));
      out += fmt::format("static const struct bpf_func_info f{}[] = {{{}}};\n", p, fmt::join(rows, ", "));
    }
    return out;
  }

  std::string programs() const {
    std::string out =
        "static struct { const char *name; struct bpf_insn *insns; unsigned count;\n"
        "  const struct bpf_func_info *functions; unsigned function_count; int fd; } programs[] = {\n";
    for (std::uint16_t p = 0; p < lowered_.programs.size(); ++p) {
      out += fmt::format(
          "  {{\"{0}\", p{1}, sizeof p{1} / sizeof *p{1}, f{1}, sizeof f{1} / sizeof *f{1}, -1}},\n",
          scenario_.programs[p].name().substr(0, 15), p);
    }
    return out + "};\n";
  }

  std::string maps() const {
    std::string words;
    std::string rows =
        "static struct { const char *name; unsigned type, value_size, entries; const u64 *words; int fd; "
        "} maps[] = {\n";
    for (std::size_t m = 0; m < lowered_.maps.size(); ++m) {
      const bpf::LoweredMap& map = lowered_.maps[m];
      const bool array = map.kind == bpf::LoweredMap::Kind::array;
      const bool filled = m != 0 && std::ranges::any_of(map.words, [](std::uint64_t w) { return w != 0; });
      if (filled)
        words += fmt::format("static const u64 w{}[] = {{{}}};\n", m, fmt::join(hex_words(map.words), ", "));
      rows += fmt::format("  {{\"{}\", {}, {}, {}, {}, -1}},  // {}\n", map.name.substr(0, 15),
                          array ? "BPF_MAP_TYPE_ARRAY" : "BPF_MAP_TYPE_PROG_ARRAY", map.value_size,
                          map.max_entries, filled ? fmt::format("w{}", m) : "0", m);
    }
    return words + rows + "};\n";
  }

  static std::vector<std::string> hex_words(const std::vector<std::uint64_t>& words) {
    std::vector<std::string> out;
    for (const std::uint64_t word : words) out.push_back(fmt::format("0x{:x}", word));
    return out;
  }

  /// A row a run, for each profile that predicts something of its own.
  std::string expected() const {
    const std::vector<std::string_view> names = measures_.names();
    std::string out = fmt::format("\nenum {{ RUNS = {}, MEASURES = {}, PROFILES = {} }};\n", lowered_.runs(),
                                  names.size(), predictions_.size());
    out += fmt::format("static const char *const measures[] = {{\n  \"{}\"}};\n", fmt::join(names, "\", \""));
    out += "static const struct { const char *profile; u64 runs[RUNS][MEASURES]; } expected[] = {\n";
    for (const Prediction& prediction : predictions_) {
      const bool alone = predictions_.size() == 1;
      out += fmt::format("  {{\"{}\", {{", alone ? "the model" : prediction.profile->name);
      for (const RunObservation& run : prediction.seen.runs)
        out += fmt::format("{}{{{}}},", lowered_.runs() == 1 ? "" : "\n    ",
                           fmt::join(row(run, prediction.seen.layout), ", "));
      out += "}},\n";
    }
    return out + "};\n";
  }

  /// Hashes are easier to read in hexadecimal; the first four are counts.
  std::vector<std::string> row(const RunObservation& run, const bpf::LedgerLayout& layout) const {
    std::vector<std::string> out;
    for (const std::uint64_t value : measures_.values(run, layout))
      out.push_back(out.size() < 4 ? fmt::format("{}", value) : fmt::format("0x{:x}", value));
    return out;
  }

  std::string rest_of_what_is_seen() const {
    std::string out;
    std::size_t next = 5;
    if (measures_.live) out += fmt::format("  seen[{}] = ledger[LIVE];\n", next++);
    if (!measures_.cells) return out;
    out += fmt::format("  for (int m = {}; m < {}; m++) {{\n", lowered_.first_array_map,
                       lowered_.first_prog_array);
    out += fmt::format("    u64 cells[{}] = {{0}};\n    element(BPF_MAP_LOOKUP_ELEM, m, 0, cells);\n",
                       largest_map());
    out += fmt::format(
        "    for (unsigned c = 0; c < maps[m].value_size / 8; c++) seen[{0}] = seen[{0}] * 0x{1:x} + "
        "cells[c];\n  }}\n",
        next, bpf::trace_multiplier);
    return out;
  }

  std::size_t largest_map() const {
    std::size_t largest = 1;
    for (const bpf::ArrayMap& map : scenario_.maps) largest = std::max(largest, map.cells.size());
    return largest;
  }

  std::string main_function() const {
    std::string out = c_text::main_begin;
    for (std::uint16_t a = 0; a < scenario_.arrays.size(); ++a) {
      for (const bpf::Slot& slot : scenario_.arrays[a].slots) out += set_slot({a, slot.index, slot.program});
    }
    for (const bpf::Event& event : scenario_.events) out += step(event);
    return out + c_text::main_end;
  }

  std::string set_slot(const bpf::SetSlot& change) const {
    const std::uint16_t map = lowered_.map_of_array(change.array);
    const std::string& name = scenario_.arrays[change.array].name;
    if (!change.program)
      return fmt::format("  element(BPF_MAP_DELETE_ELEM, {}, {}, 0);  // delete {}[{}]\n", map, change.index,
                         name, change.index);
    return fmt::format("  FILL({}, {}, {});  // {}[{}] = {}\n", map, change.index, *change.program, name,
                       change.index, scenario_.programs[*change.program].name());
  }

  std::string step(const bpf::Event& event) const {
    if (const auto* run = std::get_if<bpf::Run>(&event)) return fmt::format("  run({});\n", run->program);
    if (const auto* change = std::get_if<bpf::SetSlot>(&event)) return set_slot(*change);
    if (const auto* cell = std::get_if<bpf::SetCell>(&event)) {
      return fmt::format("  set_cell({}, {}, 0x{:x});\n", lowered_.map_of_cells(cell->cell.map),
                         cell->cell.index, cell->value);
    }
    return "";  // beyond_system_calls has seen to it
  }

  const Subject& subject_;
  const bpf::Scenario& scenario_;
  bpf::Lowered lowered_;
  std::vector<Prediction> predictions_;
  Measures measures_;
};

}  // namespace

std::expected<Reproducer, std::string> c_reproducer(const Subject& subject) {
  if (auto why = beyond_system_calls(subject.scenario)) return std::unexpected(std::move(*why));
  std::string text = Writer(subject).write();
  const std::string type = "PROGRAM_TYPE";
  text.replace(text.find(type), type.size(), type_name(subject.scenario.type));
  return Reproducer{{subject.name + ".c", std::move(text)}};
}

}  // namespace tailbound::reports
