#include "jit/bpf/check_bytecode.hpp"

#include <algorithm>
#include <string>

#include "jit/bpf/decode.hpp"
#include "jit/bpf/limits.hpp"

namespace tailbound::bpf {

namespace {

using Checked = std::expected<void, InsnError>;

std::unexpected<InsnError> fault(std::uint32_t insn, std::string message) {
  return std::unexpected(InsnError{insn, std::move(message)});
}

std::string text(std::uint64_t number) { return std::to_string(number); }

bool ends_a_path(const Insn& insn) {
  return is_exit(insn) || insn.opcode == opcode::ja || insn.opcode == opcode::ja32;
}

std::uint32_t call_target(std::uint32_t at, const Insn& insn) {
  return at + 1 + static_cast<std::uint32_t>(insn.imm);
}

// The instructions have passed validate from here on.

class Record {
 public:
  Record(const Bytecode& program, std::span<const LoweredMap> maps) : program_(program), maps_(maps) {}

  Checked check() {
    if (auto done = functions(); !done) return done;
    for (std::uint32_t f = 0; f < program_.functions.size(); ++f) {
      if (auto done = function(program_.functions[f], f); !done) return done;
    }
    return chains();
  }

 private:
  /// Side by side, from the first instruction to the last.
  Checked functions() const {
    if (program_.origin.size() != program_.insns.size())
      return fault(0, "the record has no origin for every slot");
    const std::uint32_t most = default_limits().functions;
    if (program_.functions.size() > most) {
      return fault(program_.functions[most].first_insn,
                   "function " + text(most) + " begins here, expected at most " + text(most) + " functions");
    }
    std::uint32_t next = 0;
    for (const LoweredFunction& f : program_.functions) {
      if (f.first_insn != next || f.end_insn <= f.first_insn) {
        return fault(f.first_insn, "a function begins here, expected the next one at " + text(next));
      }
      next = f.end_insn;
    }
    if (next != program_.insns.size()) return fault(next, "belongs to no function");
    return {};
  }

  Checked function(const LoweredFunction& f, std::uint32_t index) const {
    if (f.stack_depth > max_stack) {
      return fault(f.first_insn, "the function takes " + text(f.stack_depth) +
                                     " bytes of stack, expected at most " + text(max_stack));
    }
    std::uint32_t last = f.first_insn;
    for (std::uint32_t i = f.first_insn; i < f.end_insn; ++i) {
      last = i;
      if (program_.origin[i].function != index) return fault(i, "its origin is another function");
      if (auto done = insn(f, i); !done) return done;
      if (!is_two_slot(program_.insns[i])) continue;
      ++i;
      if (i == f.end_insn) return fault(i, "a function begins inside a two-slot load");
      if (program_.origin[i].function != index) return fault(i, "its origin is another function");
    }
    if (!ends_a_path(program_.insns[last])) {
      return fault(last, "falls off the end of its function, expected an exit or a jump back");
    }
    return {};
  }

  Checked insn(const LoweredFunction& f, std::uint32_t at) const {
    const Insn& insn = program_.insns[at];
    if (const auto target = jump_target(program_.insns, at)) {
      if (*target < f.first_insn || *target >= f.end_insn) {
        return fault(at, "jump to " + text(*target) + " leaves the function, expected " + text(f.first_insn) +
                             " to " + text(f.end_insn - 1));
      }
    }
    if (is_local_call(insn) && !function_at(call_target(at, insn))) {
      return fault(at, "local call to " + text(call_target(at, insn)) + ", where no function begins");
    }
    if (is_tail_call(insn)) return site(f, at);
    if (is_two_slot(insn)) return map(at);
    return {};
  }

  Checked site(const LoweredFunction& f, std::uint32_t at) const {
    const std::int32_t index = program_.origin[at].site;
    if (index < 0 || static_cast<std::size_t>(index) >= program_.sites.size())
      return fault(at, "tail call without a site");
    const LoweredSite& site = program_.sites[static_cast<std::size_t>(index)];
    if (site.insn != at || site.function >= program_.functions.size() ||
        program_.functions[site.function].first_insn != f.first_insn) {
      return fault(at, "the site of this tail call is another's");
    }
    if (!site.direct_index) return {};
    if (site.map >= maps_.size() || maps_[site.map].kind != LoweredMap::Kind::prog_array ||
        *site.direct_index >= maps_[site.map].max_entries) {
      return fault(at, "a direct site whose slot is in no prog_array");
    }
    return {};
  }

  Checked map(std::uint32_t at) const {
    const Insn& insn = program_.insns[at];
    const bool value = insn.src == static_cast<std::uint8_t>(Imm64Kind::map_value);
    if (!value && insn.src != static_cast<std::uint8_t>(Imm64Kind::map)) return {};
    if (insn.imm < 0 || static_cast<std::size_t>(insn.imm) >= maps_.size()) {
      return fault(at, "map " + std::to_string(insn.imm) + " does not exist, expected " +
                           (maps_.empty() ? "none" : "at most " + text(maps_.size() - 1)));
    }
    if (value && maps_[static_cast<std::size_t>(insn.imm)].kind != LoweredMap::Kind::array) {
      return fault(at, "map " + std::to_string(insn.imm) + " is a prog_array, which has no values");
    }
    return {};
  }

  std::optional<std::size_t> function_at(std::uint32_t insn) const {
    const auto found = std::ranges::lower_bound(program_.functions, insn, {}, &LoweredFunction::first_insn);
    if (found == program_.functions.end() || found->first_insn != insn) return std::nullopt;
    return static_cast<std::size_t>(found - program_.functions.begin());
  }

  // --- call chains ---

  Checked chains() {
    frames_.assign(program_.functions.size(), 0);
    for (std::size_t f = 0; f < program_.functions.size(); ++f) {
      if (auto deep = frames_below(f, 1); !deep) return std::unexpected(deep.error());
    }
    return {};
  }

  /// Frames of the longest chain from this function, itself included; `depth` is its own place in the chain.
  /// The depth is bounded, so recursion ends here as a chain that is too long.
  std::expected<std::uint32_t, InsnError> frames_below(std::size_t f, std::uint32_t depth) {
    if (frames_[f] != 0) return frames_[f];
    std::uint32_t most = 1;
    const LoweredFunction& function = program_.functions[f];
    for (std::uint32_t i = function.first_insn; i < function.end_insn; ++i) {
      const Insn& insn = program_.insns[i];
      if (is_two_slot(insn)) ++i;
      if (!is_local_call(insn)) continue;
      const std::uint32_t limit = default_limits().frames;
      const auto too_deep = [&] {
        return fault(i, "a chain of more than " + text(limit) + " frames begins or recurs here");
      };
      if (depth == limit) return too_deep();
      const auto below = frames_below(*function_at(call_target(i, insn)), depth + 1);
      if (!below) return below;
      most = std::max(most, *below + 1);
      if (depth + *below > limit) return too_deep();
    }
    frames_[f] = most;
    return most;
  }

  const Bytecode& program_;
  std::span<const LoweredMap> maps_;
  std::vector<std::uint32_t> frames_;  // by function; 0: not known yet
};

}  // namespace

std::optional<std::uint32_t> jump_target(std::span<const Insn> insns, std::uint32_t at) {
  const Insn& insn = insns[at];
  const std::uint8_t kind = class_of(insn);
  if ((kind != opcode::jmp && kind != opcode::jmp32) || is_exit(insn) || insn.opcode == opcode::call) {
    return std::nullopt;
  }
  const std::int32_t distance = insn.opcode == opcode::ja32 ? insn.imm : insn.off;
  return at + 1 + static_cast<std::uint32_t>(distance);
}

std::expected<std::vector<std::uint32_t>, InsnError> find_functions(std::span<const Insn> insns) {
  const std::size_t most = default_limits().functions;
  std::vector<std::uint32_t> starts = {0};
  for (std::uint32_t i = 0; i < insns.size(); ++i) {
    if (is_two_slot(insns[i])) {
      ++i;
      continue;
    }
    if (!is_local_call(insns[i])) continue;
    const std::uint32_t target = call_target(i, insns[i]);
    const auto place = std::ranges::lower_bound(starts, target);
    if (place != starts.end() && *place == target) continue;
    if (starts.size() == most) return fault(i, "calls one function more, expected at most " + text(most));
    starts.insert(place, target);
  }
  return starts;
}

Checked check_bytecode(const Bytecode& program, std::span<const LoweredMap> maps) {
  if (program.insns.size() > max_insns) {
    return fault(max_insns, "the program has " + text(program.insns.size()) + " slots, expected at most " +
                                text(max_insns));
  }
  if (auto valid = validate(program.insns); !valid) return valid;
  return Record(program, maps).check();
}

}  // namespace tailbound::bpf
