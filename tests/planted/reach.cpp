#include "tests/planted/reach.hpp"

#include <algorithm>

namespace tailbound::planted {

namespace {

using jit::Image;

/// The code of [from, to) and its relocations, wherever the function lies.
bool same_code(const Image& a, std::uint32_t a_from, std::uint32_t a_to, const Image& b, std::uint32_t b_from,
               std::uint32_t b_to) {
  const auto range = [](const Image& image, std::uint32_t from, std::uint32_t to) {
    return std::span(image.code).subspan(from, to - from);
  };
  if (!std::ranges::equal(range(a, a_from, a_to), range(b, b_from, b_to))) return false;
  const auto relocations = [](const Image& image, std::uint32_t from, std::uint32_t to) {
    std::vector<jit::Relocation> inside;
    for (jit::Relocation r : image.relocations) {
      if (r.offset < from || r.offset >= to) continue;
      r.offset -= from;
      inside.push_back(r);
    }
    return inside;
  };
  return relocations(a, a_from, a_to) == relocations(b, b_from, b_to);
}

bool is_plain_jump(const bpf::Insn& insn) {
  const auto kind = bpf::class_of(insn);
  if (kind != bpf::opcode::jmp && kind != bpf::opcode::jmp32) return false;
  const bpf::JumpOp op = bpf::jump_op(insn);
  return op != bpf::JumpOp::call && op != bpf::JumpOp::exit;
}

class ProgramDifference {
 public:
  ProgramDifference(const bpf::Bytecode& program, const Image& a, const Image& b, Difference& out)
      : program_(program), a_(a), b_(b), out_(out) {}

  void find() {
    for (std::size_t f = 0; f < program_.functions.size(); ++f) find_in(f);
    for (std::size_t s = 0; s < a_.sites.size(); ++s) {
      if (!same_places(a_.sites[s], b_.sites[s])) out_.sites.push_back(a_.sites[s].id);
    }
    out_.landing |= a_.functions[0].landing != b_.functions[0].landing;
  }

 private:
  void find_in(std::size_t f) {
    const bpf::LoweredFunction& function = program_.functions[f];
    bool differs = !same_code(a_, a_.functions[f].offset, a_.address[function.first_insn], b_,
                              b_.functions[f].offset, b_.address[function.first_insn]);
    for (std::uint32_t i = function.first_insn; i < function.end_insn; ++i) {
      const bpf::Insn& insn = program_.insns[i];
      if (is_plain_jump(insn) ||
          same_code(a_, a_.address[i], end(a_, f, i), b_, b_.address[i], end(b_, f, i))) {
        i += bpf::is_two_slot(insn) ? 1U : 0U;
        continue;
      }
      if (bpf::is_tail_call(insn)) out_.sites.push_back(site_at(i));
      else differs = true;
      i += bpf::is_two_slot(insn) ? 1U : 0U;
    }
    if (differs) out_.functions.push_back(function.id);
  }

  std::uint32_t end(const Image& image, std::size_t f, std::uint32_t insn) const {
    const std::uint32_t next = insn + (bpf::is_two_slot(program_.insns[insn]) ? 2U : 1U);
    if (next < program_.functions[f].end_insn) return image.address[next];
    return image.functions[f].offset + image.functions[f].size;
  }

  std::uint32_t site_at(std::uint32_t insn) const {
    return program_.sites[static_cast<std::size_t>(program_.origin[insn].site)].id;
  }

  bool same_places(const jit::ImageSite& x, const jit::ImageSite& y) const {
    const auto relative = [](const Image& image, const jit::ImageSite& site, std::uint32_t at) {
      return static_cast<std::int64_t>(at) - image.address[site.insn];
    };
    const bool same_out = relative(a_, x, x.out) == relative(b_, y, y.out);
    if (!x.direct_index) return same_out;
    return same_out && relative(a_, x, x.bypass) == relative(b_, y, y.bypass) &&
           relative(a_, x, x.target) == relative(b_, y, y.target);
  }

  const bpf::Bytecode& program_;
  const Image& a_;
  const Image& b_;
  Difference& out_;
};

bool same_run(const RunObservation& a, const RunObservation& b) {
  return a.status == b.status && a.return_value == b.return_value && a.ledger == b.ledger &&
         a.contexts == b.contexts && a.cells == b.cells && a.context == b.context &&
         a.fault.kind == b.fault.kind && a.frame == b.frame && a.stack_used == b.stack_used;
}

}  // namespace

Difference difference(const bpf::Lowered& lowered, std::span<const Image> a, std::span<const Image> b) {
  Difference found;
  for (std::size_t p = 0; p < lowered.programs.size(); ++p) {
    ProgramDifference(lowered.programs[p], a[p], b[p], found).find();
  }
  return found;
}

bool reached(const Difference& difference, const Observation& observed) {
  const bpf::LedgerLayout& layout = observed.layout;
  return std::ranges::any_of(observed.runs, [&](const RunObservation& run) {
    const auto entered = [&](std::uint32_t id) { return run.ledger[layout.entry(id)] != 0; };
    const auto attempted = [&](std::uint32_t id) { return run.ledger[layout.attempts(id)] != 0; };
    return std::ranges::any_of(difference.functions, entered) ||
           std::ranges::any_of(difference.sites, attempted) ||
           (difference.landing && run.attempts(layout) != 0);
  });
}

bool same_raw(const Observation& a, const Observation& b) {
  return a.unavailable == b.unavailable && std::ranges::equal(a.runs, b.runs, same_run);
}

}  // namespace tailbound::planted
