#include "reports/disassembly.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <vector>

#include "jit/bpf/text.hpp"
#include "oracles/disasm/disasm.hpp"
#include "reports/names.hpp"

namespace tailbound::reports {

namespace {

using disasm::MachineInsn;
using jit::Relocation;

constexpr std::string_view plain = "\x1b[0m";
constexpr std::string_view bold = "\x1b[1m";
constexpr std::string_view cyan = "\x1b[36m";
constexpr std::string_view yellow = "\x1b[33m";

std::string hex(std::span<const std::uint8_t> bytes) {
  std::string out;
  for (const std::uint8_t byte : bytes) out += fmt::format("{}{:02x}", out.empty() ? "" : " ", byte);
  return out;
}

std::string register_name(std::uint32_t number) {
  constexpr std::string_view names[] = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi"};
  return number < std::size(names) ? std::string(names[number]) : fmt::format("r{}", number);
}

std::string helper_name(std::uint32_t number) {
  switch (static_cast<bpf::Helper>(number)) {
    case bpf::Helper::lookup: return "map lookup";
    case bpf::Helper::update: return "map update";
    case bpf::Helper::time: return "time";
    case bpf::Helper::random: return "random";
  }
  return fmt::format("helper {}", number);
}

class Writer {
 public:
  Writer(const bpf::Scenario& scenario, const bpf::Lowered& lowered, std::uint16_t program,
         const jit::Image& image)
      : lowered_(lowered),
        program_(lowered.programs[program]),
        image_(image),
        names_(function_names(scenario)),
        title_(scenario.programs[program].name()),
        reader_(disasm::arch_of(image.arch)) {}

  std::vector<CodeLine> write() {
    const auto direct = std::count_if(image_.sites.begin(), image_.sites.end(),
                                      [](const jit::ImageSite& site) { return site.direct_index.has_value(); });
    const std::size_t sites = image_.sites.size();
    line(CodeLine::Kind::program,
         fmt::format("program {}: {} bytes; functions: {}; tail-call sites: {} direct, {} indirect", title_,
                     image_.code.size(), image_.functions.size(), direct,
                     sites - static_cast<std::size_t>(direct)));
    for (std::size_t f = 0; f < image_.functions.size(); ++f) function(f);
    return std::move(out_);
  }

 private:
  void function(std::size_t number) {
    const jit::ImageFunction& f = image_.functions[number];
    function_ = static_cast<std::uint16_t>(number);
    line(CodeLine::Kind::function,
         fmt::format("{}: {} bytes at {:#x}, {} bytes of BPF stack", names_[program_.functions[number].id],
                     f.size, f.offset, f.stack_depth));
    next_ = f.first_insn;
    line(CodeLine::Kind::bpf, "  prologue");
    const auto code = std::span(image_.code).subspan(f.offset, f.size);
    for (const MachineInsn& insn : reader_.decode_all(code, f.offset)) {
      headings(f, insn);
      instruction(insn, number == 0 && insn.address == std::uint64_t{f.offset} + f.landing);
    }
  }

  /// The BPF instructions that start here; those before the last of them became no code.
  void headings(const jit::ImageFunction& f, const MachineInsn& insn) {
    while (next_ < f.end_insn && image_.address[next_] <= insn.address) {
      const bool two = bpf::is_two_slot(program_.insns[next_]);
      line(CodeLine::Kind::bpf,
           fmt::format("{:>5}: {}{}", next_,
                       bpf::to_text(program_.insns[next_], two ? &program_.insns[next_ + 1] : nullptr),
                       heading_note(next_)));
      next_ += two ? 2 : 1;
    }
  }

  std::string heading_note(std::uint32_t insn) const {
    const auto site = std::find_if(image_.sites.begin(), image_.sites.end(),
                                   [&](const jit::ImageSite& s) { return s.insn == insn; });
    if (site == image_.sites.end()) return "";
    const std::string& map = lowered_.maps[site->map].name;
    if (!site->direct_index) return fmt::format("   (tail-call site {}: indirect, {}[r3])", site->id, map);
    return fmt::format("   (tail-call site {}: direct, {}[{}])", site->id, map, *site->direct_index);
  }

  void instruction(const MachineInsn& insn, bool landing) {
    const auto bytes = std::span(image_.code).subspan(insn.address, insn.size);
    out_.push_back({.kind = CodeLine::Kind::machine,
                    .function = function_,
                    .text = linked_text(insn),
                    .offset = static_cast<std::uint32_t>(insn.address),
                    .bytes = hex(bytes),
                    .notes = notes_at(insn.address, landing)});
  }

  std::string notes_at(std::uint64_t at, bool landing) const {
    std::string notes;
    const auto note = [&](const std::string& text) { notes += (notes.empty() ? "" : ", ") + text; };
    if (landing) note("a tail call lands here");
    for (const jit::ImageSite& site : image_.sites) {
      if (site.out == at) note(fmt::format("site {} goes on when refused", site.id));
      if (!site.direct_index) continue;
      if (site.bypass == at) note(fmt::format("bypass of site {}: a nop while the slot is filled", site.id));
      if (site.target == at) note(fmt::format("target of site {}: a jump while the slot is filled", site.id));
    }
    return notes;
  }

  /// With the name of what a field will lead to in place of the field; of moves of 16 bits, beside the first.
  std::string linked_text(const MachineInsn& insn) const {
    const auto owned = std::find_if(
        image_.relocations.begin(), image_.relocations.end(),
        [&](const Relocation& r) { return r.offset >= insn.address && r.offset - insn.address < insn.size; });
    if (owned == image_.relocations.end()) return insn.text;
    if (owned->form == Relocation::Form::literal) return insn.text + "  ; " + destination(*owned);
    return insn.text.substr(0, insn.text.rfind(' ') + 1) + destination(*owned);
  }

  std::string destination(const Relocation& r) const {
    switch (r.kind) {
      case Relocation::Kind::function: return names_[program_.functions[r.target].id];
      case Relocation::Kind::helper: return helper_name(r.target);
      case Relocation::Kind::thunk: return "thunk of " + register_name(r.target);
      case Relocation::Kind::return_thunk: return "return thunk";
      case Relocation::Kind::map: return "map " + lowered_.maps[r.target].name;
      case Relocation::Kind::per_cpu: return fmt::format("per-CPU data + {}", r.addend);
      case Relocation::Kind::map_value:
        return fmt::format("value of {} + {}", lowered_.maps[r.target].name, r.addend);
    }
    return "?";
  }

  void line(CodeLine::Kind kind, std::string text) {
    out_.push_back({.kind = kind, .function = function_, .text = std::move(text), .bytes = {}, .notes = {}});
  }

  const bpf::Lowered& lowered_;
  const bpf::Bytecode& program_;
  const jit::Image& image_;
  std::vector<std::string> names_;
  std::string title_;
  std::uint16_t function_ = 0;
  disasm::Disassembler reader_;
  std::uint32_t next_ = 0;  // BPF instruction
  std::vector<CodeLine> out_;
};

std::string coloured(std::string_view colour, const std::string& text, Colours colours) {
  return colours == Colours::on ? fmt::format("{}{}{}", colour, text, plain) : text;
}

std::string terminal_line(const CodeLine& line, Colours colours) {
  switch (line.kind) {
    case CodeLine::Kind::program: return coloured(bold, line.text, colours) + "\n";
    case CodeLine::Kind::function: return "\n" + coloured(bold, line.text, colours) + "\n";
    case CodeLine::Kind::bpf: return coloured(cyan, line.text, colours) + "\n";
    case CodeLine::Kind::machine: break;
  }
  std::string text = fmt::format("  {:>#7x}  {:<33}{}", line.offset, line.bytes, line.text);
  if (!line.notes.empty()) text = fmt::format("{:<80}{}", text, coloured(yellow, "<- " + line.notes, colours));
  return text + "\n";
}

}  // namespace

std::vector<CodeLine> code_lines(const bpf::Scenario& scenario, const bpf::Lowered& lowered,
                                 std::uint16_t program, const jit::Image& image) {
  return Writer(scenario, lowered, program, image).write();
}

std::string disassembly(const bpf::Scenario& scenario, const bpf::Lowered& lowered, std::uint16_t program,
                        const jit::Image& image, Colours colours) {
  std::string out;
  for (const CodeLine& line : code_lines(scenario, lowered, program, image))
    out += terminal_line(line, colours);
  return out;
}

}  // namespace tailbound::reports
