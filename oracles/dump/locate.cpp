// Addresses of slots by counting machine instructions, and the fields that hold addresses.
#include <algorithm>

#include "oracles/dump/kernel_image.hpp"

namespace tailbound::dump {

namespace {

using disasm::MachineInsn;
using jit::Relocation;

class FunctionLocator {
 public:
  FunctionLocator(KernelImage& kernel, const jit::Image& ours, std::uint16_t f,
                  const disasm::Disassembler& reader)
      : kernel_(kernel),
        ours_(ours),
        f_(f),
        theirs_(reader.decode_all(code_of(kernel.image, f), kernel.image.functions[f].offset,
                                  disasm::Detail::flow)),
        own_(reader.decode_all(code_of(ours, f), ours.functions[f].offset, disasm::Detail::flow)) {}

  void addresses() {
    const jit::ImageFunction& f = kernel_.image.functions[f_];
    for (std::uint32_t slot = f.first_insn; slot < f.end_insn;) {
      std::uint32_t next = slot + 1;
      while (next < f.end_insn && kernel_.known[next] == 0) ++next;
      if (next > slot + 1) count_between(slot, next, next == f.end_insn);
      slot = next;
    }
  }

  void relocations() {
    for (const MachineInsn& insn : theirs_) {
      if (insn.is_call && insn.target) add_call(insn);
      else if (insn.is_branch && insn.target && leaves(*insn.target)) add_jump(insn);
    }
    add_maps();
  }

 private:
  static std::size_t index_at(std::span<const MachineInsn> insns, std::uint32_t offset) {
    return static_cast<std::size_t>(
        std::ranges::lower_bound(insns, offset, {},
                                 [](const MachineInsn& i) { return static_cast<std::uint32_t>(i.address); }) -
        insns.begin());
  }

  /// Slots between two known ones lie as many machine instructions apart as ours; where the sums differ they
  /// stay unknown.
  void count_between(std::uint32_t from, std::uint32_t to, bool to_end) {
    const jit::ImageFunction& ours = ours_.functions[f_];
    const std::size_t own_from = index_at(own_, ours_.address[from]);
    const std::size_t own_to = to_end ? own_.size() : index_at(own_, ours_.address[to]);
    const std::size_t their_from = index_at(theirs_, kernel_.image.address[from]);
    const std::size_t their_to = to_end ? theirs_.size() : index_at(theirs_, kernel_.image.address[to]);
    if (own_to - own_from != their_to - their_from) return;
    for (std::uint32_t slot = from + 1; slot < to; ++slot) {
      const std::size_t at = index_at(own_, ours_.address[slot]) - own_from + their_from;
      const jit::ImageFunction& f = kernel_.image.functions[f_];
      kernel_.image.address[slot] =
          at < theirs_.size() ? static_cast<std::uint32_t>(theirs_[at].address) : f.offset + f.size;
      kernel_.known[slot] = ours_.address[slot] <= ours.offset + ours.size ? 1 : 0;
    }
  }

  bool leaves(std::uint64_t target) const {
    const jit::ImageFunction& f = kernel_.image.functions[f_];
    return target < f.offset || target >= std::uint64_t{f.offset} + f.size;
  }

  void add(Relocation::Kind kind, std::uint64_t offset, std::uint32_t target, std::int32_t addend = 0) {
    const bool absolute = kind == Relocation::Kind::map || kind == Relocation::Kind::map_value;
    kernel_.image.relocations.push_back({.kind = kind,
                                         .form = absolute ? Relocation::Form::abs64 : Relocation::Form::rel32,
                                         .function = f_,
                                         .offset = static_cast<std::uint32_t>(offset),
                                         .target = target,
                                         .addend = addend});
  }

  /// Distances are those of the kernel's addresses: offsets of functions in the image are not.
  std::uint64_t in_kernel(std::uint64_t target) const {
    return kernel_.address[f_] + target - kernel_.image.functions[f_].offset;
  }

  void add_call(const MachineInsn& insn) {
    const std::uint64_t field = insn.address + insn.size - 4;
    const auto callee = std::ranges::find(kernel_.address, in_kernel(*insn.target));
    if (callee != kernel_.address.end()) {
      add(Relocation::Kind::function, field, static_cast<std::uint32_t>(callee - kernel_.address.begin()));
      return;
    }
    const bpf::Insn* const call = insn_at(insn.address);
    add(Relocation::Kind::helper, field, call == nullptr ? 0 : static_cast<std::uint32_t>(call->imm));
  }

  /// A jump out of the function: of a direct site into another program, else to a thunk.
  void add_jump(const MachineInsn& insn) {
    const auto is_target = [&](const jit::ImageSite& site) {
      return site.function == f_ && site.direct_index && site.target == insn.address;
    };
    if (std::ranges::any_of(kernel_.image.sites, is_target)) return;
    const bpf::Insn* const at = insn_at(insn.address);
    const bool returns = at != nullptr && bpf::is_exit(*at);
    constexpr std::uint32_t rcx = 1;
    add(returns ? Relocation::Kind::return_thunk : Relocation::Kind::thunk, insn.address + insn.size - 4,
        returns ? 0 : rcx);
  }

  /// The instruction whose code holds this offset; nullptr in the prologue.
  const bpf::Insn* insn_at(std::uint64_t offset) const {
    const jit::ImageFunction& f = kernel_.image.functions[f_];
    for (std::uint32_t slot = f.end_insn; slot-- > f.first_insn;) {
      const bpf::Insn& insn = kernel_.image.translated.insns[slot];
      if (kernel_.known[slot] != 0 && kernel_.image.address[slot] <= offset && insn.opcode != 0) return &insn;
    }
    return nullptr;
  }

  void add_maps() {
    const jit::ImageFunction& f = kernel_.image.functions[f_];
    const std::vector<bpf::Insn>& insns = kernel_.image.translated.insns;
    for (std::uint32_t slot = f.first_insn; slot + 1 < f.end_insn; ++slot) {
      if (!bpf::is_two_slot(insns[slot]) || kernel_.known[slot] == 0) continue;
      const bool value = insns[slot].src == static_cast<std::uint8_t>(bpf::Imm64Kind::map_value);
      if (!value && insns[slot].src != static_cast<std::uint8_t>(bpf::Imm64Kind::map)) continue;
      const std::size_t at = index_at(theirs_, kernel_.image.address[slot]);
      if (at == theirs_.size() || theirs_[at].size != 10) continue;  // REX, opcode, 8 bytes
      add(value ? Relocation::Kind::map_value : Relocation::Kind::map, theirs_[at].address + 2,
          static_cast<std::uint32_t>(insns[slot].imm), value ? insns[slot + 1].imm : 0);
    }
  }

  KernelImage& kernel_;
  const jit::Image& ours_;
  std::uint16_t f_;
  std::vector<MachineInsn> theirs_;
  std::vector<MachineInsn> own_;
};

}  // namespace

void locate(KernelImage& kernel, const jit::Image& ours, const Arch& arch) {
  const disasm::Disassembler reader(arch.code);
  for (std::uint16_t f = 0; f < kernel.image.functions.size(); ++f) {
    FunctionLocator locator(kernel, ours, f, reader);
    locator.addresses();
    locator.relocations();
  }
}

}  // namespace tailbound::dump
