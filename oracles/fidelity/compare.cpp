#include "oracles/fidelity/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace tailbound::fidelity {

namespace {

using disasm::MachineInsn;
using dump::Code;
using jit::Relocation;

/// "lock xadd" counts as one.
std::string mnemonic(const MachineInsn& insn) {
  const std::size_t from = insn.text.starts_with("lock ") ? 5 : 0;
  return insn.text.substr(0, insn.text.find(' ', from));
}

class FunctionComparison {
 public:
  FunctionComparison(const dump::KernelImage& kernel, const jit::Image& ours, std::uint32_t f,
                     const dump::Arch& arch, const disasm::Disassembler& reader)
      : kernel_(kernel),
        ours_(ours),
        f_(f),
        arch_(arch),
        reader_(reader),
        theirs_(dump::code_of(kernel.image, f)),
        own_(dump::code_of(ours, f).begin(), dump::code_of(ours, f).end()) {}

  std::optional<Difference> compare() {
    take_site_states();
    take_addresses();
    if (std::ranges::equal(own_, theirs_)) return std::nullopt;
    return first_difference();
  }

 private:
  void take_site_states() {
    if (arch_.patch == nullptr) return;
    for (std::size_t i = 0; i < ours_.sites.size(); ++i) {
      const jit::ImageSite& site = ours_.sites[i];
      if (site.function != f_ || !site.direct_index) continue;
      arch_.patch(ours_, site, kernel_.image.sites[i].filled, theirs_, own_);
    }
  }

  /// The addresses that only the kernel knows come from its bytes; calls inside the program are ours to know.
  void take_addresses() {
    const std::uint64_t start = kernel_.address[f_];
    for (const Relocation& r : ours_.relocations) {
      if (r.function != f_) continue;
      const dump::Field field = {r.form, r.offset - ours_.functions[f_].offset};
      const bool inside = r.kind == Relocation::Kind::function;
      const auto address = inside ? kernel_.address[r.target] : dump::read_field(theirs_, field, start);
      if (address && dump::write_field(own_, field, start, *address)) fields_.push_back(field.offset);
    }
  }

  // --- the first pair of instructions that differ ---

  Difference first_difference() const {
    const auto own = reader_.decode_all(own_, 0);
    const auto theirs = reader_.decode_all(theirs_, 0);
    const std::size_t both = std::min(own.size(), theirs.size());
    for (std::size_t i = 0; i < both; ++i) {
      if (!alike(own[i], theirs[i])) return describe(own[i], theirs[i], kind_of(own[i], theirs[i]));
    }
    if (own.size() != theirs.size()) return one_ends(own, theirs);
    for (std::size_t i = 0; i < both; ++i) {
      if (!same_bytes(own[i], theirs[i])) {
        return describe(own[i], theirs[i], mnemonic(own[i]) + ", other target");
      }
    }
    return describe(own[0], theirs[0], "padding");  // all instructions are the same
  }

  Code bytes(const MachineInsn& insn, Code code) const { return code.subspan(insn.address, insn.size); }
  bool same_bytes(const MachineInsn& own, const MachineInsn& theirs) const {
    return own.size == theirs.size && std::ranges::equal(bytes(own, own_), bytes(theirs, theirs_));
  }

  bool holds_address(const MachineInsn& own) const {
    return std::ranges::any_of(
        fields_, [&](std::uint32_t at) { return at >= own.address && at < own.address + own.size; });
  }

  /// The same but for where a jump leads: what lies between moves that.
  bool alike(const MachineInsn& own, const MachineInsn& theirs) const {
    if (same_bytes(own, theirs)) return true;
    if (own.size != theirs.size || mnemonic(own) != mnemonic(theirs)) return false;
    return (own.is_branch && own.target && theirs.target) || holds_address(own);
  }

  static std::string kind_of(const MachineInsn& own, const MachineInsn& theirs) {
    const std::string a = mnemonic(own), b = mnemonic(theirs);
    if (a != b) return a + " | " + b;
    if (own.size != theirs.size) return fmt::format("{}, {} bytes | {} bytes", a, own.size, theirs.size);
    return a + ", other operands";
  }

  Difference one_ends(const std::vector<MachineInsn>& own, const std::vector<MachineInsn>& theirs) const {
    const MachineInsn end{
        .address = std::min(own.size(), theirs.size()) == own.size() ? own_.size() : theirs_.size(),
        .text = "end"};
    return own.size() < theirs.size()
               ? describe(end, theirs[own.size()], "end | " + mnemonic(theirs[own.size()]))
               : describe(own[theirs.size()], end, mnemonic(own[theirs.size()]) + " | end");
  }

  Difference describe(const MachineInsn& own, const MachineInsn& theirs, std::string kind) const {
    const jit::ImageFunction& f = ours_.functions[f_];
    const std::uint64_t at = f.offset + own.address;
    Difference out{.kind = std::move(kind),
                   .function = f_,
                   .insn = f.first_insn,
                   .in_prologue = at < ours_.address[f.first_insn],
                   .ours_at = static_cast<std::uint32_t>(own.address),
                   .theirs_at = static_cast<std::uint32_t>(theirs.address),
                   .ours = own.text,
                   .theirs = theirs.text};
    while (out.insn + 1 < f.end_insn && ours_.address[out.insn + 1] <= at) ++out.insn;
    return out;
  }

  const dump::KernelImage& kernel_;
  const jit::Image& ours_;
  std::uint32_t f_;
  const dump::Arch& arch_;
  const disasm::Disassembler& reader_;
  Code theirs_;
  std::vector<std::uint8_t> own_;
  std::vector<std::uint32_t> fields_;  // offsets of what was taken from the kernel or linked
};

/// Addresses that the kernel's bytes show where ours have a field: one a helper, one a map.
class Addresses {
 public:
  Addresses(const dump::KernelImage& kernel, const jit::Image& ours) : kernel_(kernel), ours_(ours) {}

  /// For functions that were found to be the same: the first field that speaks against those before.
  std::optional<Difference> check(std::uint32_t f) {
    for (const Relocation& r : ours_.relocations) {
      if (r.function != f) continue;
      const auto address = shown(r);
      if (!address) continue;
      const auto [first, fresh] = seen_.try_emplace({r.kind, r.target}, *address);
      if (!fresh && first->second != *address) return contradiction(r, first->second, *address);
    }
    return std::nullopt;
  }

 private:
  std::optional<std::uint64_t> shown(const Relocation& r) const {
    if (r.kind == Relocation::Kind::function || r.kind == Relocation::Kind::per_cpu) return std::nullopt;
    const Code theirs = dump::code_of(kernel_.image, r.function);
    const dump::Field field = {r.form, r.offset - ours_.functions[r.function].offset};
    const auto address = dump::read_field(theirs, field, kernel_.address[r.function]);
    if (!address) return std::nullopt;
    return *address - static_cast<std::uint64_t>(std::int64_t{r.addend});
  }

  Difference contradiction(const Relocation& r, std::uint64_t first, std::uint64_t now) const {
    return {.kind = "an address that changes",
            .function = r.function,
            .insn = ours_.functions[r.function].first_insn,
            .in_prologue = false,
            .ours_at = r.offset - ours_.functions[r.function].offset,
            .theirs_at = r.offset - ours_.functions[r.function].offset,
            .ours = fmt::format("{:#x} before", first),
            .theirs = fmt::format("{:#x}", now)};
  }

  const dump::KernelImage& kernel_;
  const jit::Image& ours_;
  std::map<std::pair<Relocation::Kind, std::uint32_t>, std::uint64_t> seen_;
};

}  // namespace

std::vector<std::optional<Difference>> compare(const dump::KernelImage& kernel, const jit::Image& ours,
                                               const dump::Arch& arch) {
  const disasm::Disassembler reader(arch.code);
  Addresses addresses(kernel, ours);
  std::vector<std::optional<Difference>> all;
  for (std::uint32_t f = 0; f < ours.functions.size(); ++f) {
    auto difference = FunctionComparison(kernel, ours, f, arch, reader).compare();
    if (!difference) difference = addresses.check(f);
    all.push_back(std::move(difference));
  }
  return all;
}

}  // namespace tailbound::fidelity
