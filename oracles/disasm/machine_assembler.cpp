#include <fmt/format.h>
#include <llvm/MC/MCAsmBackend.h>
#include <llvm/MC/MCCodeEmitter.h>
#include <llvm/MC/MCContext.h>
#include <llvm/MC/MCExpr.h>
#include <llvm/MC/MCFixupKindInfo.h>
#include <llvm/MC/MCInst.h>
#include <llvm/MC/MCObjectFileInfo.h>
#include <llvm/MC/MCParser/MCAsmParser.h>
#include <llvm/MC/MCParser/MCTargetAsmParser.h>
#include <llvm/MC/MCStreamer.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/SourceMgr.h>

#include <optional>

#include "oracles/disasm/disasm.hpp"
#include "oracles/disasm/target.hpp"

namespace tailbound::disasm {

namespace {

/// Encodes each parsed instruction by itself, at address 0. Directives and labels have no place here.
class Collector final : public llvm::MCStreamer {
 public:
  Collector(llvm::MCContext& context, const llvm::MCCodeEmitter& emitter, const llvm::MCAsmBackend& backend)
      : MCStreamer(context), emitter_(emitter), backend_(backend) {}

  void emitInstruction(const llvm::MCInst& parsed, const llvm::MCSubtargetInfo& subtarget) override {
    llvm::MCInst inst = parsed;
    auto bytes = encode(inst, subtarget);
    if (!bytes && backend_.mayNeedRelaxation(inst, subtarget)) {
      backend_.relaxInstruction(inst, subtarget);
      bytes = encode(inst, subtarget);
    }
    if (!bytes) getContext().reportError(parsed.getLoc(), "a distance that is no constant, or does not fit");
    instructions.push_back(bytes.value_or(MachineBytes{}));
  }

  bool emitSymbolAttribute(llvm::MCSymbol*, llvm::MCSymbolAttr) override { return false; }
  void emitCommonSymbol(llvm::MCSymbol*, std::uint64_t, llvm::Align) override {}
  void emitZerofill(llvm::MCSection*, llvm::MCSymbol*, std::uint64_t, llvm::Align, llvm::SMLoc) override {}

  std::vector<MachineBytes> instructions;

 private:
  std::optional<MachineBytes> encode(const llvm::MCInst& inst, const llvm::MCSubtargetInfo& subtarget) const {
    llvm::SmallVector<char, 16> code;
    llvm::SmallVector<llvm::MCFixup, 4> fixups;
    emitter_.encodeInstruction(inst, code, fixups, subtarget);
    MachineBytes bytes(code.begin(), code.end());
    for (const llvm::MCFixup& fixup : fixups) {
      if (!fill(fixup, bytes)) return std::nullopt;
    }
    return bytes;
  }

  /// A field whose value LLVM leaves to the linker: only constant distances can be filled in here.
  bool fill(const llvm::MCFixup& fixup, MachineBytes& bytes) const {
    std::int64_t value = 0;
    if (!fixup.getValue()->evaluateAsAbsolute(value)) return false;
    const llvm::MCFixupKindInfo& info = backend_.getFixupKindInfo(fixup.getKind());
    if ((info.Flags & llvm::MCFixupKindInfo::FKF_IsPCRel) != 0) value -= fixup.getOffset();
    if (info.TargetOffset != 0 || info.TargetSize % 8 != 0 || info.TargetSize > 64) return false;
    if (info.TargetSize < 64 && value >> (info.TargetSize - 1) != 0 && value >> (info.TargetSize - 1) != -1)
      return false;
    for (unsigned bit = 0; bit < info.TargetSize; bit += 8) {
      bytes[fixup.getOffset() + bit / 8] = static_cast<std::uint8_t>(value >> bit);
    }
    return true;
  }

  const llvm::MCCodeEmitter& emitter_;
  const llvm::MCAsmBackend& backend_;
};

/// The first complaint, with its line.
struct Complaint {
  std::string text;

  void keep(const llvm::SMDiagnostic& diagnostic) {
    if (!text.empty() || diagnostic.getKind() != llvm::SourceMgr::DK_Error) return;
    text = fmt::format("{}: {}: '{}'", diagnostic.getLineNo(), diagnostic.getMessage().str(),
                       diagnostic.getLineContents().str());
  }
  static void from_parser(const llvm::SMDiagnostic& diagnostic, void* into) {
    static_cast<Complaint*>(into)->keep(diagnostic);
  }
};

}  // namespace

struct MachineAssembler::Llvm {
  explicit Llvm(Arch arch) : target(arch) {}

  std::expected<std::vector<MachineBytes>, std::string> assemble(std::string_view lines) const {
    Complaint complaint;
    llvm::SourceMgr source;
    source.setDiagHandler(Complaint::from_parser, &complaint);
    source.AddNewSourceBuffer(llvm::MemoryBuffer::getMemBufferCopy({lines.data(), lines.size()}),
                              llvm::SMLoc());
    llvm::MCContext context(target.triple, target.asm_info.get(), target.registers.get(),
                            target.subtarget.get(), &source, &target.options);
    const std::unique_ptr<llvm::MCObjectFileInfo> sections(
        target.target->createMCObjectFileInfo(context, /*PIC=*/false));
    context.setObjectFileInfo(sections.get());
    context.setDiagnosticHandler([&](const llvm::SMDiagnostic& diagnostic, bool, const llvm::SourceMgr&,
                                     std::vector<const llvm::MDNode*>&) { complaint.keep(diagnostic); });
    const std::unique_ptr<llvm::MCCodeEmitter> emitter(
        target.target->createMCCodeEmitter(*target.instructions, context));
    const std::unique_ptr<llvm::MCAsmBackend> backend(
        target.target->createMCAsmBackend(*target.subtarget, *target.registers, target.options));
    Collector collector(context, *emitter, *backend);
    target.target->createNullTargetStreamer(collector);
    const std::unique_ptr<llvm::MCAsmParser> parser(
        llvm::createMCAsmParser(source, context, collector, *target.asm_info));
    const std::unique_ptr<llvm::MCTargetAsmParser> dialect(
        target.target->createMCAsmParser(*target.subtarget, *parser, *target.instructions, target.options));
    parser->setTargetParser(*dialect);
    if (target.arch == Arch::x86_64) parser->setAssemblerDialect(intel_syntax);
    const bool failed = parser->Run(/*NoInitialTextSection=*/false);
    if (!complaint.text.empty()) return std::unexpected(complaint.text);
    if (failed) return std::unexpected("LLVM refused it without a word");
    return std::move(collector.instructions);
  }

  Target target;
};

MachineAssembler::MachineAssembler(Arch arch) : llvm_(std::make_unique<Llvm>(arch)) {}
MachineAssembler::~MachineAssembler() = default;
MachineAssembler::MachineAssembler(MachineAssembler&&) noexcept = default;
MachineAssembler& MachineAssembler::operator=(MachineAssembler&&) noexcept = default;

std::expected<std::vector<MachineBytes>, std::string> MachineAssembler::assemble(std::string_view lines) const {
  return llvm_->assemble(lines);
}

}  // namespace tailbound::disasm
