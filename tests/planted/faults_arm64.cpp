// Faults of the arm64 JIT's own steps.
#include "jit/arm64/literal.hpp"
#include "jit/arm64/steps.hpp"
#include "tests/planted/fault.hpp"

namespace tailbound::planted {

namespace {

using namespace arm64;

constexpr Step nothing(std::string_view name) {
  return named(name, [](Emitter&) {});
}

/// The index is taken as the count of bytes.
constexpr Step unscaled_index = named("scale index", [](Emitter& e) { e.move(x11, x2); });

/// x26 as the caller of a subprogram had it is not given back.
constexpr Step forget_pointer = named("drop cell", [](Emitter& e) { e.a.add(sp, sp, Imm12(16)); });

template <std::uint32_t words, bool bti, bool pac>
std::uint32_t landing(const jit::Options& options) {
  return word_bytes * (words + (bti && options.bti ? 1 : 0) + (pac && options.pac ? 1 : 0));
}

/// `mov x9, x30; nop`, frame record of 2, cell of 2.
constexpr std::uint32_t sound_landing = 6;

ChangeOf<arm64::Scheme> landing_at(std::uint32_t (*where)(const jit::Options&)) {
  auto change = change_step<arm64::Scheme>("pointer", "prologue", "fentry pad", {step::fentry_pad});
  change.landing = where;
  return change;
}

Fault fault(std::string name, std::string bug, std::string base, std::string summary, ChangeOf<arm64::Scheme> change,
            std::string caught_by, jit::Options options = {}) {
  return {.name = std::move(name),
          .bug = std::move(bug),
          .base = std::move(base),
          .summary = std::move(summary),
          .change = std::move(change),
          .caught_by = std::move(caught_by),
          .equivalent = {},
          .not_shown_by = {},
          .options = options};
}

}  // namespace

void add_arm64_faults(std::vector<Fault>& faults) {
  const auto swap = [](const char* base, const char* place, const char* name, const Step& wrong) {
    return change_step<arm64::Scheme>(base, place, name, {wrong});
  };
  faults.push_back(fault("arm64-sp-not-restored", "B1", "pointer-fixed-frame",
                         "a tail call leaves the BPF stack of its caller: sp is not restored at the jump",
                         swap("pointer-fixed-frame", "indirect", "free stack", nothing("free stack")), "fault"));
  faults.push_back(fault("arm64-index-not-scaled", "B2", "pointer", "the index counts bytes of the slots, not slots",
                         swap("pointer", "indirect", "scale index", unscaled_index), "fault"));
  faults.push_back(fault("arm64-index-used-by-64-bits", "B3", "pointer",
                         "the low half of the index is checked, all of it is used",
                         swap("pointer", "indirect", "zero-extend index", nothing("zero-extend index")), "fault"));
  faults.push_back(fault("arm64-x26-not-kept", {}, "pointer",
                         "the epilogue leaves the pointer of its own frame in x26",
                         swap("pointer", "epilogue", "drop cell", forget_pointer), "frame"));
  faults.push_back(fault("arm64-landing-without-the-bti-pad", "A8", "pointer",
                         "the words that a tail call skips leave out the pad that BTI adds",
                         landing_at(landing<sound_landing, false, true>), "encoding", {.bti = true}));
  faults.push_back(fault("arm64-landing-without-paciasp", "A8", "pointer",
                         "the words that a tail call skips leave out the one that PAC adds",
                         landing_at(landing<sound_landing, true, false>), "count", {.pac = true}));
  faults.push_back(fault("arm64-landing-on-the-cell", "A8", "pointer",
                         "a tail call lands on the count's cell: every main counts anew",
                         landing_at(landing<sound_landing - 2, true, true>), "fault"));
}

}  // namespace tailbound::planted
