#include "jit/bpf/object/instrument.hpp"

#include <algorithm>
#include <string>

#include "jit/bpf/check_bytecode.hpp"
#include "jit/bpf/decode.hpp"
#include "jit/bpf/ledger_code.hpp"
#include "jit/bpf/object/helpers.hpp"
#include "jit/bpf/object/liveness.hpp"
#include "jit/bpf/object/rewrite.hpp"
#include "jit/bpf/object/values.hpp"

namespace tailbound::bpf::object {

namespace {

/// Registers that the code at a function's entry may use: dead ones of the caller's first, then those that the
/// function saves in any case, then the others, which it then saves too.
ledger_code::Scratch scratch_at_entry(Registers live, Registers mentioned) {
  std::vector<Reg> free;
  for (const unsigned reg : {0U, 5U, 4U, 3U, 2U, 1U}) {
    if ((live >> reg & 1U) == 0) free.push_back(static_cast<Reg>(reg));
  }
  for (const bool wanted : {true, false}) {
    for (unsigned reg = 9; reg >= 6; --reg) {
      if (((mentioned >> reg & 1U) != 0) == wanted) free.push_back(static_cast<Reg>(reg));
    }
  }
  return {free[0], free[1], free[2]};
}

class Instrumenter {
 public:
  Instrumenter(const ObjectProgram& program, const Layout& layout, FirstIds first, const LedgerLayout& ledger,
               std::span<const LoweredMap> maps)
      : program_(program), layout_(layout), first_(first), ledger_(ledger), maps_(maps) {}

  std::expected<Instrumented, InsnError> instrument() {
    values_ = known_values(program_.insns);
    Rewrite rewrite(program_);
    add_entries(rewrite);
    add_sites(rewrite);
    auto done = rewrite.apply();
    if (!done) return std::unexpected(done.error());
    moved_ = std::move(done->moved);
    out_.code.insns = std::move(done->program.insns);
    out_.code.origin.resize(out_.code.insns.size());
    record_functions();
    record_sites();
    if (auto sound = check_bytecode(out_.code, maps_); !sound)
      return std::unexpected(from_moved(sound.error()));
    return std::move(out_);
  }

 private:
  std::uint32_t end_of(std::size_t function) const {
    return function + 1 < layout_.functions.size() ? layout_.functions[function + 1]
                                                   : static_cast<std::uint32_t>(program_.insns.size());
  }

  Registers mentioned(std::size_t function) const {
    Registers found = 0;
    for (std::uint32_t i = layout_.functions[function]; i < end_of(function); ++i) {
      found |=
          static_cast<Registers>(1U << (program_.insns[i].dst & 15U) | 1U << (program_.insns[i].src & 15U));
    }
    return found;
  }

  void add_entries(Rewrite& rewrite) const {
    const std::vector<Registers> live = live_at_entry(program_.insns, layout_.functions);
    for (std::size_t f = 0; f < layout_.functions.size(); ++f) {
      const auto use = scratch_at_entry(live[f], mentioned(f));
      const auto id = first_.function + static_cast<std::uint32_t>(f);
      rewrite.at_entry(layout_.functions[f], ledger_code::entry(use, id));
      rewrite.at_entry(layout_.functions[f], ledger_code::count(use, ledger_.entry(id)));
    }
  }

  void add_sites(Rewrite& rewrite) const {
    constexpr ledger_code::Scratch use{.address = Reg::r4, .value = Reg::r5, .index = Reg::r5};
    for (std::size_t s = 0; s < layout_.sites.size(); ++s) {
      const auto id = first_.site + static_cast<std::uint32_t>(s);
      rewrite.before(layout_.sites[s], ledger_code::count(use, ledger_.attempts(id)));
      rewrite.behind(layout_.sites[s], ledger_code::count(use, ledger_.fall_throughs(id)));
    }
  }

  /// The function's code at its entry stands before its first instruction.
  std::uint32_t begin_of(std::size_t function) const {
    if (function == layout_.functions.size()) return static_cast<std::uint32_t>(out_.code.insns.size());
    const std::uint32_t old = layout_.functions[function];
    constexpr auto added =
        static_cast<std::uint32_t>(ledger_code::entry({}, 0).size() + ledger_code::count({}, 0).size());
    constexpr auto counting = static_cast<std::uint32_t>(ledger_code::count({}, 0).size());
    const bool site = std::ranges::binary_search(layout_.sites, old);
    return moved_[old] - added - (site ? counting : 0);
  }

  void record_functions() {
    for (std::size_t f = 0; f < layout_.functions.size(); ++f) {
      const std::uint32_t first = layout_.functions[f];
      out_.code.functions.push_back({.first_insn = begin_of(f),
                                     .end_insn = begin_of(f + 1),
                                     .id = first_.function + static_cast<std::uint32_t>(f),
                                     .stack_depth = touched_stack(program_.insns, values_, first, end_of(f))});
      for (std::uint32_t i = begin_of(f); i < begin_of(f + 1); ++i) {
        out_.code.origin[i].function = static_cast<std::uint16_t>(f);
      }
      const auto named = std::ranges::find(program_.functions, first, &ObjectFunction::first_insn);
      out_.functions.push_back(named != program_.functions.end() ? named->name : "f" + std::to_string(f));
    }
  }

  void record_sites() {
    for (std::size_t s = 0; s < layout_.sites.size(); ++s) {
      const std::uint32_t old = layout_.sites[s];
      LoweredSite site{.insn = moved_[old],
                       .id = first_.site + static_cast<std::uint32_t>(s),
                       .function = out_.code.origin[moved_[old]].function,
                       .map = any_map,
                       .direct_index = std::nullopt};
      const Value& map = values_[old][static_cast<std::size_t>(Reg::r2)];
      const Value& index = values_[old][static_cast<std::size_t>(Reg::r3)];
      if (map.kind == Value::Kind::map && is_prog_array(map.number)) {
        site.map = static_cast<std::uint16_t>(map.number);
        const auto number = static_cast<std::uint32_t>(index.number);
        if (index.kind == Value::Kind::constant && number < maps_[site.map].max_entries)
          site.direct_index = number;
      }
      out_.code.origin[site.insn].site = static_cast<std::int32_t>(s);
      out_.code.sites.push_back(site);
    }
  }

  bool is_prog_array(std::int64_t map) const {
    return map >= 0 && static_cast<std::size_t>(map) < maps_.size() &&
           maps_[static_cast<std::size_t>(map)].kind == LoweredMap::Kind::prog_array;
  }

  /// The old slot of an error in the new code.
  InsnError from_moved(const InsnError& error) const {
    const auto above = std::ranges::upper_bound(moved_, error.insn);
    return {static_cast<std::uint32_t>(above == moved_.begin() ? 0 : above - moved_.begin() - 1),
            error.message};
  }

  const ObjectProgram& program_;
  const Layout& layout_;
  FirstIds first_;
  const LedgerLayout& ledger_;
  std::span<const LoweredMap> maps_;
  std::vector<Values> values_;
  std::vector<std::uint32_t> moved_;
  Instrumented out_;
};

}  // namespace

std::expected<Layout, InsnError> check_program(const ObjectProgram& program) {
  if (auto valid = validate(program.insns); !valid) return std::unexpected(valid.error());
  Layout layout;
  for (std::uint32_t i = 0; i < program.insns.size(); ++i) {
    const Insn& insn = program.insns[i];
    if (is_two_slot(insn)) {
      ++i;
      continue;
    }
    if (insn.opcode != opcode::call || is_local_call(insn)) continue;
    if (!is_helper_call(insn))
      return std::unexpected(InsnError{i, "calls a function of the kernel; none is taken"});
    if (find_helper(insn.imm) == nullptr) {
      return std::unexpected(
          InsnError{i, "calls helper " + std::to_string(insn.imm) +
                           ", which engines do not have; expected 1 (map_lookup_elem), 2 "
                           "(map_update_elem), 5 (ktime_get_ns), 7 (get_prandom_u32) or 12 (tail_call)"});
    }
    if (is_tail_call(insn)) layout.sites.push_back(i);
  }
  auto functions = find_functions(program.insns);
  if (!functions) return std::unexpected(functions.error());
  layout.functions = std::move(*functions);
  return layout;
}

std::expected<Instrumented, InsnError> instrument(const ObjectProgram& program, const Layout& layout,
                                                  FirstIds first, const LedgerLayout& ledger,
                                                  std::span<const LoweredMap> maps) {
  return Instrumenter(program, layout, first, ledger, maps).instrument();
}

}  // namespace tailbound::bpf::object
