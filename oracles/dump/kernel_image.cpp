#include "oracles/dump/kernel_image.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "jit/bpf/from_translated.hpp"

namespace tailbound::dump {

namespace {

class Reader {
 public:
  Reader(const ProgramDump& program, const Arch& arch, const Source* source)
      : program_(program), arch_(arch), source_(source), reader_(arch.code) {}

  std::expected<KernelImage, std::string> read() {
    if (auto done = read_bytecode(); !done) return std::unexpected(done.error());
    read_lines();
    for (std::uint32_t f = 0; f < program_.functions.size(); ++f) {
      if (auto done = read_function(f); !done) return std::unexpected(done.error());
    }
    number_direct_sites();
    settle_addresses();
    return std::move(out_);
  }

 private:
  std::expected<void, std::string> read_bytecode() {
    std::vector<std::uint32_t> starts, ids;
    for (const DumpedFunction& f : program_.functions) starts.push_back(f.first_insn);
    for (const MapName& map : program_.maps) {
      ids.push_back(map.id);
      out_.maps.push_back(map.name);
    }
    auto bytecode = bpf::from_translated(program_.translated, starts, ids);
    if (!bytecode) return std::unexpected("translated " + bytecode.error().text());
    out_.image.translated = std::move(*bytecode);
    out_.image.code = program_.code;
    jit::find_frames(out_.image.translated, out_.frames);
    return {};
  }

  void read_lines() {
    const std::size_t slots = program_.translated.size();
    out_.image.address.assign(slots, 0);
    out_.known.assign(slots, 0);
    out_.origin.assign(slots, 0);
    for (const LineRow& row : program_.lines) {
      if (row.insn < slots && source_ != nullptr) out_.origin[row.insn] = row.line;
    }
  }

  /// Line rows of the function whose address lies inside it.
  void place_lines(const DumpedFunction& f, std::uint32_t end_insn, std::uint32_t offset,
                   const Prologue& prologue) {
    set_address(f.first_insn, offset + prologue.size);
    for (const LineRow& row : program_.lines) {
      if (row.insn <= f.first_insn || row.insn >= end_insn) continue;
      if (row.address < f.address || row.address - f.address > f.size) continue;
      set_address(row.insn, offset + static_cast<std::uint32_t>(row.address - f.address));
    }
  }

  void set_address(std::uint32_t slot, std::uint32_t offset) {
    out_.image.address[slot] = offset;
    out_.known[slot] = 1;
  }

  std::expected<void, std::string> read_function(std::uint32_t index) {
    const DumpedFunction& f = program_.functions[index];
    const bpf::LoweredFunction& insns = out_.image.translated.functions[index];
    if (std::size_t{offset_} + f.size > program_.code.size())
      return std::unexpected("the code ends before its functions do");
    const Code code = Code(program_.code).subspan(offset_, f.size);
    const auto prologue = arch_.prologue(code);
    if (!prologue)
      return std::unexpected(fmt::format("function {} begins with no prologue that is known", index));
    place_lines(f, insns.end_insn, offset_, *prologue);
    take_frame(index, *prologue);
    const jit::Frame& frame = out_.frames[index];
    out_.image.functions.push_back({.offset = offset_,
                                    .size = f.size,
                                    .landing = prologue->landing,
                                    .first_insn = insns.first_insn,
                                    .end_insn = insns.end_insn,
                                    .stack_depth = static_cast<std::uint16_t>(frame.stack_depth),
                                    .reaches_tail_call = frame.reaches_tail_call,
                                    .saved_registers = frame.saved_registers});
    out_.address.push_back(f.address);
    auto done = read_sites(index, code);
    offset_ += f.size;
    return done;
  }

  /// Saved registers and stack are what the translated instructions mention, where that is all of it; whether
  /// the count passes through was settled before, but for a function's own tail calls.
  void take_frame(std::uint32_t index, const Prologue& prologue) {
    bpf::Bytecode& translated = out_.image.translated;
    jit::Frame& frame = out_.frames[index];
    const bool own = has_tail_call(translated, index);
    frame.stack_depth = bpf::translated_stack(translated, translated.functions[index]).value_or(prologue.stack);
    frame.reaches_tail_call = prologue.reaches_tail_call;
    out_.dead_tail_call.push_back(0);
    if (const auto number = source_number(index)) {
      frame.reaches_tail_call = own || source_->frames.marked(*number);
      out_.dead_tail_call.back() = !own && has_tail_call(*source_->program, *number) ? 1 : 0;
    }
    translated.functions[index].stack_depth = static_cast<std::uint16_t>(frame.stack_depth);
  }

  static bool has_tail_call(const bpf::Bytecode& program, std::uint32_t function) {
    return std::ranges::find(program.sites, function, &bpf::LoweredSite::function) != program.sites.end();
  }

  std::optional<std::uint32_t> source_number(std::uint32_t index) const {
    const auto number = program_.functions[index].source;
    const bool known = source_ != nullptr && number && *number < source_->program->functions.size();
    return known ? number : std::nullopt;
  }

  std::expected<void, std::string> read_sites(std::uint32_t index, Code code) {
    const std::vector<FoundSite> found = arch_.sites(code, reader_.decode_all(code, 0, disasm::Detail::flow));
    std::size_t next = 0;
    for (bpf::LoweredSite& site : out_.image.translated.sites) {
      if (site.function != index) continue;
      if (next == found.size()) return site_fault(index, found.size());
      const FoundSite& at = found[next++];
      const std::uint32_t base = at.direct ? offset_ : 0;
      out_.image.sites.push_back({.id = site.id,
                                  .insn = site.insn,
                                  .function = static_cast<std::uint16_t>(index),
                                  .map = 0,
                                  .direct_index = at.direct ? std::optional(std::uint32_t{0}) : std::nullopt,
                                  .filled = at.filled,
                                  .bypass = base + at.bypass,
                                  .target = base + at.target,
                                  .out = offset_ + at.out});
    }
    if (next != found.size()) return site_fault(index, found.size());
    return {};
  }

  std::unexpected<std::string> site_fault(std::uint32_t index, std::size_t found) const {
    const auto calls = std::ranges::count(out_.image.translated.sites, index, &bpf::LoweredSite::function);
    return std::unexpected(
        fmt::format("function {} has {} tail calls, its code {} sites", index, calls, found));
  }

  // --- what a site's array and slot are ---

  void number_direct_sites() {
    for (std::size_t i = 0; i < out_.image.sites.size(); ++i) {
      jit::ImageSite& site = out_.image.sites[i];
      bpf::LoweredSite& call = out_.image.translated.sites[i];
      if (const bpf::LoweredSite* const written = written_site(site.insn)) {
        site.id = written->id;
        site.map = call.map = array_of(site.insn).value_or(0);
        if (site.direct_index) site.direct_index = written->direct_index.value_or(0);
      } else {
        site.map = call.map = array_of(site.insn).value_or(0);
        if (site.direct_index) site.direct_index = index_before(site.insn);
      }
      call.direct_index = site.direct_index;
    }
  }

  const bpf::LoweredSite* written_site(std::uint32_t slot) const {
    if (source_ == nullptr || out_.origin[slot] == 0) return nullptr;
    const std::uint32_t insn = out_.origin[slot] - 1;
    const auto found = std::ranges::find(source_->program->sites, insn, &bpf::LoweredSite::insn);
    return found == source_->program->sites.end() ? nullptr : &*found;
  }

  /// The last load of an address into r2 before the call: the array, where the code is straight.
  std::optional<std::uint16_t> array_of(std::uint32_t call) const {
    const bpf::Bytecode& code = out_.image.translated;
    for (std::uint32_t i = call; i-- > code.functions[code.origin[call].function].first_insn;) {
      if (bpf::is_two_slot(code.insns[i]) && code.insns[i].dst == 2)
        return static_cast<std::uint16_t>(code.insns[i].imm);
    }
    return std::nullopt;
  }

  std::uint32_t index_before(std::uint32_t call) const {
    const bpf::Bytecode& code = out_.image.translated;
    for (std::uint32_t i = call; i-- > code.functions[code.origin[call].function].first_insn;) {
      const bpf::Insn& insn = code.insns[i];
      if (insn == bpf::build::mov(bpf::Reg::r3, insn.imm)) return static_cast<std::uint32_t>(insn.imm);
    }
    return 0;
  }

  // --- addresses ---

  /// A slot that is not known has the offset of the next one that is.
  void settle_addresses() {
    auto next = static_cast<std::uint32_t>(program_.code.size());
    std::size_t f = out_.image.functions.size();
    for (std::size_t slot = out_.image.address.size(); slot-- > 0;) {
      while (f > 0 && slot < out_.image.functions[f - 1].first_insn) --f;
      if (f > 0 && slot + 1 == out_.image.functions[f - 1].end_insn)
        next = out_.image.functions[f - 1].offset + out_.image.functions[f - 1].size;
      if (out_.known[slot] != 0) next = out_.image.address[slot];
      out_.image.address[slot] = next;
    }
  }

  const ProgramDump& program_;
  const Arch& arch_;
  const Source* source_;
  disasm::Disassembler reader_;
  std::uint32_t offset_ = 0;  // of the function under way, in the code
  KernelImage out_;
};

}  // namespace

std::expected<KernelImage, std::string> read_image(const ProgramDump& program, const Arch& arch,
                                                   const Source* source) {
  return Reader(program, arch, source).read();
}

}  // namespace tailbound::dump
