#include <fmt/format.h>

#include <algorithm>

#include "jit/bpf/text.hpp"
#include "oracles/disasm/disasm.hpp"
#include "reports/dump/dump_report.hpp"
#include "reports/dump/linked_text.hpp"

namespace tailbound::reports {

namespace {

using disasm::MachineInsn;

constexpr std::string_view plain = "\x1b[0m", bold = "\x1b[1m", cyan = "\x1b[36m", yellow = "\x1b[33m",
                           red = "\x1b[31m";

std::string hex(std::span<const std::uint8_t> bytes) {
  std::string out;
  for (const std::uint8_t byte : bytes) out += fmt::format("{}{:02x}", out.empty() ? "" : " ", byte);
  return out;
}

/// A machine instruction with the names of what its fields lead to.
struct Row {
  std::uint32_t at = 0;  // offset in the function
  std::string bytes;
  std::string text;
  std::string notes;
};

/// The rows of one function, by the slot they belong to; slot -1 is the prologue.
struct Rows {
  std::vector<std::vector<Row>> by_slot;
};

class Writer {
 public:
  Writer(const DumpReport& report, const dump::Arch& arch, Colours colours)
      : report_(report), reader_(arch.code), colours_(colours) {}

  std::string write() {
    const auto& image = report_.kernel.image;
    line(bold, fmt::format("program {}{}: {} bytes; functions: {}{}; tail-call sites: {}", report_.program,
                           report_.id == 0 ? "" : fmt::format(" (id {})", report_.id), image.code.size(),
                           image.functions.size(), agreement(), image.sites.size()));
    if (!report_.not_compiled.empty()) line(red, "not compiled here: " + report_.not_compiled);
    for (std::size_t f = 0; f < image.functions.size(); ++f) function(f);
    return std::move(out_);
  }

 private:
  std::string agreement() const {
    if (!report_.ours) return "";
    const auto same = std::ranges::count_if(report_.differences, [](const auto& d) { return !d; });
    return fmt::format(", {} byte for byte ours", same);
  }

  void function(std::size_t f) {
    const jit::ImageFunction& about = report_.kernel.image.functions[f];
    out_ += '\n';
    line(bold, fmt::format("{} at {:#x}: {} bytes, {} bytes of BPF stack{}", report_.functions[f],
                           report_.kernel.address[f], about.size, about.stack_depth, verdict(f)));
    const Rows theirs = rows(report_.kernel.image, report_.kernel.address, f, report_.kernel.known);
    Rows ours;
    if (report_.ours) ours = rows(*report_.ours, {}, f, {});
    pairs(theirs, ours, 0, "  prologue");
    for (std::uint32_t slot = about.first_insn; slot < about.end_insn; ++slot) {
      const std::size_t index = slot - about.first_insn + 1;
      const bool two = bpf::is_two_slot(report_.kernel.image.translated.insns[slot]);
      pairs(theirs, ours, index, heading(slot, two));
      if (two) ++slot;
    }
  }

  std::string verdict(std::size_t f) const {
    if (!report_.ours) return "";
    if (!report_.differences[f]) return "; ours is the same";
    const fidelity::Difference& d = *report_.differences[f];
    return fmt::format("; ours differs first at {:#x}: {}", d.ours_at, d.kind);
  }

  std::string heading(std::uint32_t slot, bool two) const {
    const bpf::Insn* const insns = &report_.kernel.image.translated.insns[slot];
    const std::string text = insn_text(report_.kernel, insns[0], two ? &insns[1] : nullptr);
    const std::uint32_t origin = report_.kernel.origin[slot];
    return fmt::format("{:>5}: {}{}", slot, text,
                       origin == 0 || origin - 1 == slot ? "" : fmt::format("   (was {})", origin - 1));
  }

  // --- rows ---

  /// Slots without an address of their own have no rows: theirs stand under the slot before.
  Rows rows(const jit::Image& image, std::span<const std::uint64_t> addresses, std::size_t f,
            std::span<const std::uint8_t> known) const {
    const jit::ImageFunction& about = image.functions[f];
    Rows all{.by_slot = std::vector<std::vector<Row>>(about.end_insn - about.first_insn + 1)};
    std::size_t at = 0;
    for (const MachineInsn& insn : reader_.decode_all(dump::code_of(image, f), about.offset)) {
      for (std::uint32_t slot = about.first_insn + static_cast<std::uint32_t>(at); slot < about.end_insn;
           ++slot) {
        if (image.address[slot] > insn.address) break;
        if (known.empty() || known[slot] != 0) at = slot - about.first_insn + 1;
      }
      all.by_slot[at].push_back(row(image, addresses, f, insn));
    }
    return all;
  }

  Row row(const jit::Image& image, std::span<const std::uint64_t> addresses, std::size_t f,
          const MachineInsn& insn) const {
    const auto bytes = std::span(image.code).subspan(insn.address, insn.size);
    return {.at = static_cast<std::uint32_t>(insn.address - image.functions[f].offset),
            .bytes = hex(bytes),
            .text = linked_text(report_, image, addresses, f, insn),
            .notes = notes(image, f, insn.address)};
  }

  std::string notes(const jit::Image& image, std::size_t f, std::uint64_t at) const {
    std::string notes;
    const auto note = [&](const std::string& text) { notes += (notes.empty() ? "" : ", ") + text; };
    const jit::ImageFunction& about = image.functions[f];
    if (f == 0 && at == std::uint64_t{about.offset} + about.landing) note("a tail call lands here");
    for (const jit::ImageSite& site : image.sites) {
      if (site.function != f) continue;
      if (site.out == at) note(fmt::format("site {} goes on when refused", site.id));
      if (!site.direct_index) continue;
      if (site.bypass == at) note(fmt::format("bypass of site {}", site.id));
      if (site.target == at) note(fmt::format("target of site {}: slot {}", site.id, *site.direct_index));
    }
    return notes;
  }

  void pairs(const Rows& theirs, const Rows& ours, std::size_t slot, const std::string& title) {
    static const std::vector<Row> none;
    const std::vector<Row>& left = theirs.by_slot[slot];
    const std::vector<Row>& right = slot < ours.by_slot.size() ? ours.by_slot[slot] : none;
    line(cyan, title);
    for (std::size_t i = 0; i < std::max(left.size(), report_.ours ? right.size() : 0); ++i) {
      pair(i < left.size() ? &left[i] : nullptr, i < right.size() ? &right[i] : nullptr);
    }
  }

  void pair(const Row* theirs, const Row* ours) {
    std::string text = theirs == nullptr
                           ? fmt::format("  {:>7}  {:<33}{:<36}", "", "", "")
                           : fmt::format("  {:>#7x}  {:<33}{:<36}", theirs->at, theirs->bytes, theirs->text);
    if (report_.ours) {
      const bool same = theirs != nullptr && ours != nullptr && same_row(*theirs, *ours);
      if (same) text += " =";
      else
        text += coloured(
            red, ours == nullptr ? " ours: nothing" : fmt::format(" ours: {}  [{}]", ours->text, ours->bytes));
    }
    if (theirs != nullptr && !theirs->notes.empty()) text += coloured(yellow, " <- " + theirs->notes);
    while (text.ends_with(' ')) text.pop_back();
    out_ += text + '\n';
  }

  /// As far as one row can tell: fields of addresses are compared by their names.
  static bool same_row(const Row& theirs, const Row& ours) {
    return theirs.bytes.size() == ours.bytes.size() &&
           (theirs.text == ours.text || theirs.bytes == ours.bytes ||
            (theirs.notes == ours.notes && !theirs.notes.empty()));
  }

  std::string coloured(std::string_view colour, const std::string& text) const {
    return colours_ == Colours::on ? fmt::format("{}{}{}", colour, text, plain) : text;
  }
  void line(std::string_view colour, const std::string& text) { out_ += coloured(colour, text) + '\n'; }

  const DumpReport& report_;
  disasm::Disassembler reader_;
  Colours colours_;
  std::string out_;
};

}  // namespace

std::string dump_head_text(const DumpHead& head) {
  const std::string options = jit::text(head.recognised.options);
  return fmt::format("kernel {}, {}; ours: scheme {}{}{}", head.kernel, head.machine, head.recognised.scheme,
                     options.empty() ? "" : ", ", options);
}

std::string dump_text(const DumpReport& report, const DumpHead& head, Colours colours) {
  return Writer(report, *head.recognised.arch, colours).write();
}

}  // namespace tailbound::reports
