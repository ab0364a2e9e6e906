#include <fmt/format.h>
#include <llvm/MC/MCContext.h>
#include <llvm/MC/MCDisassembler/MCDisassembler.h>
#include <llvm/MC/MCInst.h>
#include <llvm/MC/MCInstPrinter.h>
#include <llvm/MC/MCInstrAnalysis.h>
#include <llvm/Support/raw_ostream.h>

#include <algorithm>
#include <utility>

#include "oracles/disasm/disasm.hpp"
#include "oracles/disasm/stack_pointer.hpp"
#include "oracles/disasm/target.hpp"

namespace tailbound::disasm {

namespace {

std::uint32_t smallest_step(Arch arch) {
  switch (arch) {
    case Arch::x86_64:
      return 1;
    case Arch::aarch64:
      return 4;
  }
  std::unreachable();
}

/// LLVM writes a tab before the mnemonic and one behind it.
std::string without_tabs(std::string text) {
  text.erase(0, text.find_first_not_of('\t'));
  std::replace(text.begin(), text.end(), '\t', ' ');
  return text;
}

MachineInsn stepped_over(std::span<const std::uint8_t> bytes, std::uint64_t address, Detail detail) {
  MachineInsn insn{.address = address, .size = static_cast<std::uint32_t>(bytes.size()), .bad = true};
  if (detail == Detail::flow) return insn;
  insn.text = ".byte";
  for (const std::uint8_t byte : bytes) insn.text += fmt::format(" {:#04x}", byte);
  return insn;
}

}  // namespace

struct Disassembler::Llvm {
  explicit Llvm(Arch arch)
      : target(arch),
        context(target.triple, target.asm_info.get(), target.registers.get(), target.subtarget.get()),
        reader(target.target->createMCDisassembler(*target.subtarget, context)),
        printer(target.target->createMCInstPrinter(target.triple, arch == Arch::x86_64 ? intel_syntax : 0,
                                                   *target.asm_info, *target.instructions, *target.registers)),
        analysis(target.target->createMCInstrAnalysis(target.instructions.get())) {
    printer->setPrintBranchImmAsAddress(true);
    if (arch == Arch::aarch64) stack_pointer.emplace(target);
  }

  void describe(const llvm::MCInst& inst, MachineInsn& out) const {
    const llvm::MCInstrDesc& about = target.instructions->get(inst.getOpcode());
    out.is_call = about.isCall();
    out.is_return = about.isReturn();
    out.is_branch = about.isBranch();
    out.is_conditional = about.isConditionalBranch();
    std::uint64_t to = 0;
    if ((out.is_call || out.is_branch) && analysis->evaluateBranch(inst, out.address, out.size, to))
      out.target = to;
    if (stack_pointer) stack_pointer->describe(inst, about, out);
  }

  /// LLVM counts a printed distance from the instruction's end on x86-64, from its start on arm64.
  std::string text(const llvm::MCInst& inst, const MachineInsn& about) const {
    const std::uint64_t origin = about.address + (target.arch == Arch::x86_64 ? about.size : 0);
    std::string out;
    llvm::raw_string_ostream stream(out);
    printer->printInst(&inst, origin, "", *target.subtarget, stream);
    stream.flush();
    return without_tabs(std::move(out));
  }

  Target target;
  llvm::MCContext context;
  std::unique_ptr<llvm::MCDisassembler> reader;
  std::unique_ptr<llvm::MCInstPrinter> printer;
  std::unique_ptr<llvm::MCInstrAnalysis> analysis;
  std::optional<StackPointer> stack_pointer;
};

Disassembler::Disassembler(Arch arch) : llvm_(std::make_unique<Llvm>(arch)) {}
Disassembler::~Disassembler() = default;
Disassembler::Disassembler(Disassembler&&) noexcept = default;
Disassembler& Disassembler::operator=(Disassembler&&) noexcept = default;

namespace {
constexpr std::uint8_t lock_prefix = 0xf0;

/// LLVM reads a lock prefix as an instruction of its own.
bool is_lone_lock(Arch arch, std::span<const std::uint8_t> bytes, std::uint64_t size) {
  return arch == Arch::x86_64 && size == 1 && bytes[0] == lock_prefix;
}
}  // namespace

std::optional<MachineInsn> Disassembler::decode(std::span<const std::uint8_t> bytes, std::uint64_t address,
                                                Detail detail) const {
  llvm::MCInst inst;
  std::uint64_t size = 0;
  const auto status =
      llvm_->reader->getInstruction(inst, size, {bytes.data(), bytes.size()}, address, llvm::nulls());
  if (status != llvm::MCDisassembler::Success) return std::nullopt;
  if (is_lone_lock(llvm_->target.arch, bytes, size)) return locked(bytes, address, detail);
  MachineInsn out{.address = address, .size = static_cast<std::uint32_t>(size)};
  llvm_->describe(inst, out);
  if (detail == Detail::text) out.text = llvm_->text(inst, out);
  return out;
}

std::optional<MachineInsn> Disassembler::locked(std::span<const std::uint8_t> bytes, std::uint64_t address,
                                                Detail detail) const {
  const auto rest = bytes.subspan(1);
  if (rest.empty() || rest[0] == lock_prefix) return std::nullopt;
  auto out = decode(rest, address + 1, detail);
  if (!out) return std::nullopt;
  out->address = address;
  out->size += 1;
  if (detail == Detail::text) out->text = "lock " + out->text;
  return out;
}

std::vector<MachineInsn> Disassembler::decode_all(std::span<const std::uint8_t> bytes, std::uint64_t address,
                                                  Detail detail) const {
  std::vector<MachineInsn> all;
  const std::size_t step = smallest_step(llvm_->target.arch);
  for (std::size_t at = 0; at < bytes.size(); at += all.back().size) {
    auto insn = decode(bytes.subspan(at), address + at, detail);
    if (!insn) insn = stepped_over(bytes.subspan(at, std::min(step, bytes.size() - at)), address + at, detail);
    all.push_back(std::move(*insn));
  }
  return all;
}

}  // namespace tailbound::disasm
