#include "jit/arm64/compiler.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "jit/arm64/arithmetic.hpp"
#include "jit/arm64/atomic.hpp"
#include "jit/arm64/extend.hpp"
#include "jit/arm64/frame_bottom.hpp"
#include "jit/arm64/literal.hpp"
#include "jit/arm64/memory.hpp"
#include "jit/arm64/steps.hpp"
#include "jit/lower/walk.hpp"

namespace tailbound::arm64 {

namespace {

using bpf::AluOp;
using bpf::Insn;
using bpf::JumpOp;
using jit::Relocation;

/// No template is longer: a tail call that pops three pairs is 124 bytes.
constexpr std::uint32_t longest_template = 256;

Gp machine(std::uint8_t reg) { return bpf_register[reg]; }

Cond condition(JumpOp op) {
  switch (op) {
    case JumpOp::jeq: return Cond::eq;
    case JumpOp::jne:
    case JumpOp::jset: return Cond::ne;
    case JumpOp::jgt: return Cond::hi;
    case JumpOp::jge: return Cond::cs;
    case JumpOp::jlt: return Cond::cc;
    case JumpOp::jle: return Cond::ls;
    case JumpOp::jsgt: return Cond::gt;
    case JumpOp::jsge: return Cond::ge;
    case JumpOp::jslt: return Cond::lt;
    case JumpOp::jsle: return Cond::le;
    case JumpOp::ja:
    case JumpOp::call:
    case JumpOp::exit: break;
  }
  assert(false && "only conditional jumps come here");
  return Cond::eq;
}

}  // namespace

/// One function of a program.
class FunctionCompiler : jit::Walk<FunctionCompiler> {
 public:
  FunctionCompiler(Compiler& compiler, const bpf::Bytecode& program, const Scheme& scheme,
                   const jit::Options& options, jit::Image& image, std::uint16_t function)
      : Walk(program, program.functions[function], options.translated),
        c_(compiler),
        scheme_(scheme),
        e_{.a = Assembler(compiler.scratch_),
           .options = options,
           .image = image,
           .frame = compiler.frames_[function],
           .function = function,
           .site = {}},
        a_(e_.a) {
    if (from_bottom()) e_.bottom = find_frame_bottom(program, function_);
  }

  std::expected<void, bpf::InsnError> compile() {
    first_relocation_ = e_.image.relocations.size();
    first_site_ = e_.image.sites.size();
    c_.scratch_.clear();
    c_.branches_.clear();
    c_.scratch_.ensure(longest_template);
    run_steps(scheme_.prologue, e_);
    if (auto done = walk(c_.scratch_, longest_template, c_.address_); !done) return done;
    c_.scratch_.ensure(longest_template);
    run_steps(scheme_.epilogue, e_);
    for (const OpenBranch& branch : c_.branches_) {
      if (auto done = close(branch); !done) return done;
    }
    place();
    return {};
  }

 private:
  friend jit::Walk<FunctionCompiler>;
  static constexpr std::string_view arch = "arm64";

  bool from_bottom() const { return scheme_.lowering.stack == Emitter::Lowering::Stack::from_bottom; }
  static Sized dst(bool wide, const Insn& insn) { return {machine(insn.dst), wide}; }
  static Sized src(bool wide, const Insn& insn) { return {machine(insn.src), wide}; }

  void simple_alu(bool wide, AluOp op, const Insn& insn) {
    if (bpf::uses_src_register(insn)) emit_alu(a_, op, dst(wide, insn), src(wide, insn));
    else emit_alu(a_, op, dst(wide, insn), insn.imm);
  }
  void multiply(bool wide, const Insn& insn) { simple_alu(wide, AluOp::mul, insn); }
  void shift(bool wide, AluOp op, const Insn& insn) { simple_alu(wide, op, insn); }

  void divide(jit::Division what, const Insn& insn) {
    if (bpf::uses_src_register(insn)) emit_divide(a_, what, dst(what.wide, insn), src(what.wide, insn));
    else emit_divide(a_, what, dst(what.wide, insn), insn.imm);
  }

  void move_signed(bool wide, std::int16_t bits, const Insn& insn) {
    emit_move_signed(a_, bits, dst(wide, insn), src(wide, insn));
  }
  void negate(bool wide, const Insn& insn) { a_.neg(dst(wide, insn), dst(wide, insn)); }
  void byte_swap(bool wide, const Insn& insn) { emit_byte_swap(a_, wide, insn.imm, machine(insn.dst)); }
  void truncate(const Insn& insn) { emit_truncate(a_, insn.imm, machine(insn.dst)); }

  /// What lies on the BPF stack is reached upwards, from sp or x27: offsets are not negative then.
  Place place_at(std::uint8_t base, std::int16_t off) const {
    const X from{machine(base)};
    if (from.reg != Gp::x25) return {from, off, from, off};
    if (!from_bottom()) return {from, off, sp, off + static_cast<std::int32_t>(stack_bytes(e_.frame))};
    if (e_.bottom == 0) return {from, off, from, off};
    return {from, off, frame_bottom, off + static_cast<std::int32_t>(e_.bottom)};
  }

  void load(bpf::Width width, const Insn& insn) {
    emit_load(a_, width, machine(insn.dst), place_at(insn.src, insn.off), scratch);
  }
  void load_signed(bpf::Width width, const Insn& insn) {
    emit_load_signed(a_, width, machine(insn.dst), place_at(insn.src, insn.off), scratch);
  }
  void store(bpf::Width width, const Insn& insn) {
    emit_store(a_, width, place_at(insn.dst, insn.off), machine(insn.src), scratch);
  }
  void store_imm(bpf::Width width, const Insn& insn) {
    emit_mov(a_, scratch, insn.imm);
    emit_store(a_, width, place_at(insn.dst, insn.off), scratch.reg, scratch2);
  }
  bool atomic(bool wide, const Insn& insn) {
    const Atomic what = {
        .operation = insn.imm, .base = X{machine(insn.dst)}, .off = insn.off, .src = src(wide, insn)};
    return emit_atomic(a_, what, e_.options.exclusives);
  }
  /// The architecture needs none here, and the kernel emits none.
  std::string_view barrier() { return {}; }

  void load_value(std::uint8_t reg, std::uint64_t value) { emit_mov64(a_, X{machine(reg)}, value); }

  void load_address(std::uint8_t reg, Relocation::Kind kind, std::uint32_t map, std::int32_t offset) {
    e_.relocate(kind, Relocation::Form::literal, a_.here(), map, offset);
    if (const std::uint64_t address = known_address(kind, map, offset); address != 0) {
      emit_mov64(a_, X{machine(reg)}, address);
    } else {
      emit_address(a_, X{machine(reg)}, e_.options.address_blocks);
    }
  }

  /// 0: it is not known.
  std::uint64_t known_address(Relocation::Kind kind, std::uint32_t map, std::int32_t offset) const {
    const auto& known = kind == Relocation::Kind::map ? c_.known_.map : c_.known_.map_value;
    if (map >= known.size() || known[map] == 0) return 0;
    return known[map] + static_cast<std::uint64_t>(std::int64_t{offset});
  }

  std::string_view branch(bool wide, JumpOp op, const Insn& insn, std::uint32_t to) {
    if (bpf::uses_src_register(insn)) {
      emit_compare(a_, op == JumpOp::jset, dst(wide, insn), src(wide, insn));
    } else {
      emit_compare(a_, op == JumpOp::jset, dst(wide, insn), insn.imm);
    }
    c_.branches_.push_back({.offset = a_.here(), .insn = insn_, .target_slot = to, .conditional = true});
    a_.b(condition(op), 0);
    return {};
  }

  std::string_view jump(std::uint32_t to) {
    c_.branches_.push_back({.offset = a_.here(), .insn = insn_, .target_slot = to});
    a_.b(0);
    return {};
  }

  /// The epilogue stands behind the last instruction.
  std::string_view leave() { return is_last() ? "" : jump(local(function_.end_insn)); }

  void call_function(std::uint16_t callee) {
    e_.callee = c_.frames_[callee];
    run_steps(scheme_.call_site, e_);
    if (scheme_.lowering.direct_calls) {
      e_.relocate(Relocation::Kind::function, Relocation::Form::branch26, a_.here(), callee);
      a_.bl(0);
    } else {
      call_far(Relocation::Kind::function, callee);
    }
    e_.move(X{bpf_register[0]}, x0);
    run_steps(scheme_.after_call, e_);
  }

  void call_helper(std::uint32_t number) {
    run_steps(scheme_.helper_site, e_);
    call_far(Relocation::Kind::helper, number);
    e_.move(X{bpf_register[0]}, x0);
  }

  void call_far(Relocation::Kind kind, std::uint32_t target) {
    e_.relocate(kind, Relocation::Form::literal, a_.here(), target);
    emit_code_address(a_, scratch);
    a_.blr(scratch);
  }

  /// No site is direct: the code is not patched.
  void tail_call() {
    const bpf::LoweredSite& source = site();
    e_.site = SiteUnderWay{};
    e_.site.landing = scheme_.landing(e_.options);
    run_steps(scheme_.tail_call_indirect, e_);
    a_.bind(e_.site.out);
    e_.image.sites.push_back({.id = source.id,
                              .insn = insn_,
                              .function = e_.function,
                              .map = source.map,
                              .direct_index = std::nullopt,
                              .out = a_.here()});
  }

  std::expected<void, bpf::InsnError> close(const OpenBranch& branch) {
    const auto distance = static_cast<std::int32_t>(c_.address_[branch.target_slot] - branch.offset);
    const std::int32_t reach = branch.conditional ? 1 << 20 : 1 << 27;
    if (distance < -reach || distance >= reach) {
      insn_ = branch.insn;
      return refusal("a jump as far as this");
    }
    const std::uint32_t field = static_cast<std::uint32_t>(distance) / word_bytes;
    const std::uint32_t bits = branch.conditional ? (field & 0x7ffffU) << 5 : field & 0x3ffffffU;
    c_.scratch_.patch32(branch.offset, c_.scratch_.at32(branch.offset) | bits);
    return {};
  }

  // --- placing: the code goes behind what the image holds already ---

  void place() {
    jit::Image& image = e_.image;
    const auto start = static_cast<std::uint32_t>((image.code.size() + 15) / 16 * 16);
    fill_to(start);
    image.code.insert(image.code.end(), c_.scratch_.bytes().begin(), c_.scratch_.bytes().end());
    for (std::size_t i = first_relocation_; i < image.relocations.size(); ++i)
      image.relocations[i].offset += start;
    for (std::size_t i = first_site_; i < image.sites.size(); ++i) image.sites[i].out += start;
    append_addresses(image, c_.address_, start);
    image.functions.push_back(
        described(e_.frame, start, c_.scratch_.size() - e_.data_bytes, scheme_.landing(e_.options)));
  }

  /// Between functions stands what stops a processor that runs there.
  void fill_to(std::uint32_t size) {
    constexpr std::uint32_t fault = word<"11010100 001 iiiiiiiiiiiiiiii 000 00">(0x100U);
    std::vector<std::uint8_t>& code = e_.image.code;
    while (code.size() < size) {
      code.resize(code.size() + word_bytes);
      std::memcpy(&code[code.size() - word_bytes], &fault, word_bytes);
    }
  }

  Compiler& c_;
  const Scheme& scheme_;
  Emitter e_;
  Assembler& a_;
  std::size_t first_relocation_ = 0;
  std::size_t first_site_ = 0;
};

std::expected<void, bpf::InsnError> Compiler::compile(const bpf::Bytecode& program, const Scheme& scheme,
                                                      const jit::Options& options,
                                                      std::span<const jit::Frame> frames, jit::Image& image,
                                                      jit::KnownMaps known) {
  image.clear();
  image.arch = jit::Arch::arm64;
  finder_.find(program);
  frames_ = frames.empty() ? finder_.frames() : frames;
  known_ = known;
  assert(frames_.size() == program.functions.size() && "every function has a frame");
  for (std::uint16_t f = 0; f < program.functions.size(); ++f) {
    if (auto done = FunctionCompiler(*this, program, scheme, options, image, f).compile(); !done) return done;
  }
  return {};
}

}  // namespace tailbound::arm64
