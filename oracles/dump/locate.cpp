// Addresses of slots by counting machine instructions, and the fields that hold addresses.
#include <algorithm>

#include "oracles/dump/kernel_image.hpp"

namespace tailbound::dump {

namespace {

using disasm::MachineInsn;
using jit::Relocation;

class FunctionLocator {
 public:
  FunctionLocator(KernelImage& kernel, const jit::Image& ours, const Arch& arch, std::uint16_t f,
                  const disasm::Disassembler& reader)
      : kernel_(kernel),
        ours_(ours),
        arch_(arch),
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
      if (insn.is_call) add_call(insn);
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

  void add(Relocation::Kind kind, Field field, std::uint32_t target, std::int32_t addend = 0) {
    kernel_.image.relocations.push_back({.kind = kind,
                                         .form = field.form,
                                         .function = f_,
                                         .offset = start() + field.offset,
                                         .target = target,
                                         .addend = addend});
  }

  std::uint32_t start() const { return kernel_.image.functions[f_].offset; }
  std::uint32_t in_function(const MachineInsn& insn) const {
    return static_cast<std::uint32_t>(insn.address) - start();
  }

  /// Distances are those of the kernel's addresses: offsets of functions in the image are not.
  void add_call(const MachineInsn& insn) {
    const Code code = code_of(kernel_.image, f_);
    const auto field = arch_.call(code, in_function(insn), insn.size);
    const auto to = field ? read_field(code, *field, kernel_.address[f_]) : std::nullopt;
    if (!to) return;
    const auto callee = std::ranges::find(kernel_.address, *to);
    if (callee != kernel_.address.end()) {
      add(Relocation::Kind::function, *field, static_cast<std::uint32_t>(callee - kernel_.address.begin()));
      return;
    }
    const bpf::Insn* const call = insn_at(insn.address);
    add(Relocation::Kind::helper, *field, call == nullptr ? 0 : static_cast<std::uint32_t>(call->imm));
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
    add(returns ? Relocation::Kind::return_thunk : Relocation::Kind::thunk,
        {Relocation::Form::rel32, in_function(insn) + insn.size - 4}, returns ? 0 : rcx);
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
      if (at == theirs_.size()) continue;
      const auto field = arch_.constant(code_of(kernel_.image, f_), in_function(theirs_[at]), theirs_[at].size);
      if (!field) continue;
      add(value ? Relocation::Kind::map_value : Relocation::Kind::map, *field,
          static_cast<std::uint32_t>(insns[slot].imm), value ? insns[slot + 1].imm : 0);
    }
  }

  KernelImage& kernel_;
  const jit::Image& ours_;
  const Arch& arch_;
  std::uint16_t f_;
  std::vector<MachineInsn> theirs_;
  std::vector<MachineInsn> own_;
};

}  // namespace

void locate(KernelImage& kernel, const jit::Image& ours, const Arch& arch) {
  const disasm::Disassembler reader(arch.code);
  for (std::uint16_t f = 0; f < kernel.image.functions.size(); ++f) {
    FunctionLocator locator(kernel, ours, arch, f, reader);
    locator.addresses();
    locator.relocations();
  }
}

}  // namespace tailbound::dump
