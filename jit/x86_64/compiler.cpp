#include "jit/x86_64/compiler.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "jit/lower/walk.hpp"
#include "jit/x86_64/arithmetic.hpp"
#include "jit/x86_64/atomic.hpp"
#include "jit/x86_64/extend.hpp"
#include "jit/x86_64/kernel_templates.hpp"
#include "jit/x86_64/relax.hpp"

namespace tailbound::x86_64 {

namespace {

using bpf::AluOp;
using bpf::Insn;
using bpf::JumpOp;
using jit::Relocation;

/// No template is longer: a tail call with four saved registers is about 110 bytes.
constexpr std::uint32_t longest_template = 256;

Gp machine(std::uint8_t reg) { return bpf_register[reg]; }

Cond condition(JumpOp op) {
  switch (op) {
    case JumpOp::jeq: return Cond::e;
    case JumpOp::jne:
    case JumpOp::jset: return Cond::ne;
    case JumpOp::jgt: return Cond::a;
    case JumpOp::jge: return Cond::ae;
    case JumpOp::jlt: return Cond::b;
    case JumpOp::jle: return Cond::be;
    case JumpOp::jsgt: return Cond::g;
    case JumpOp::jsge: return Cond::ge;
    case JumpOp::jslt: return Cond::l;
    case JumpOp::jsle: return Cond::le;
    case JumpOp::ja:
    case JumpOp::call:
    case JumpOp::exit: break;
  }
  assert(false && "only conditional jumps come here");
  return Cond::e;
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
        a_(e_.a) {}

  std::expected<void, bpf::InsnError> compile() {
    first_relocation_ = e_.image.relocations.size();
    first_site_ = e_.image.sites.size();
    c_.scratch_.clear();
    c_.jumps_.clear();
    c_.scratch_.ensure(longest_template);
    run_steps(scheme_.prologue, e_);
    if (auto done = walk(c_.scratch_, longest_template, c_.address_); !done) return done;
    relax(c_.jumps_, c_.address_, e_.options.short_jump, c_.moved_);
    place();
    return {};
  }

 private:
  friend jit::Walk<FunctionCompiler>;
  static constexpr std::string_view arch = "x86_64";

  void move_signed(bool wide, std::int16_t bits, const Insn& insn) {
    emit_move_signed(a_, wide, bits, machine(insn.dst), machine(insn.src));
  }

  void simple_alu(bool wide, AluOp op, const Insn& insn) {
    const Gp dst = machine(insn.dst);
    if (bpf::uses_src_register(insn)) emit_simple_alu(a_, wide, op, dst, machine(insn.src));
    else emit_simple_alu(a_, wide, op, dst, insn.imm);
  }

  void multiply(bool wide, const Insn& insn) {
    const Gp dst = machine(insn.dst);
    const Gp src = machine(insn.src);
    if (bpf::uses_src_register(insn)) wide ? a_.imul(R64{dst}, R64{src}) : a_.imul(R32{dst}, R32{src});
    else emit_multiply(a_, wide, dst, insn.imm);
  }

  void divide(jit::Division what, const Insn& insn) {
    const Gp dst = machine(insn.dst);
    const Gp src = machine(insn.src);
    const bool by_register = bpf::uses_src_register(insn);
    if (translated_) by_register ? kernel::emit_divide(a_, what, dst, src) : kernel::emit_divide(a_, what, dst, insn.imm);
    else by_register ? emit_divide(a_, what, dst, src) : emit_divide(a_, what, dst, insn.imm);
  }

  void shift(bool wide, AluOp op, const Insn& insn) {
    const Shift what = op == AluOp::lsh ? Shift::shl : op == AluOp::rsh ? Shift::shr : Shift::sar;
    const Gp dst = machine(insn.dst);
    const Gp src = machine(insn.src);
    if (!bpf::uses_src_register(insn)) emit_shift(a_, wide, what, dst, insn.imm);
    else if (translated_) kernel::emit_shift(a_, wide, what, dst, src, e_.options.shifts);
    else emit_shift(a_, wide, what, dst, src);
  }

  void negate(bool wide, const Insn& insn) {
    const Gp dst = machine(insn.dst);
    wide ? a_.neg(R64{dst}) : a_.neg(R32{dst});
  }

  void byte_swap(bool, const Insn& insn) { emit_byte_swap(a_, insn.imm, machine(insn.dst)); }
  void truncate(const Insn& insn) { emit_truncate(a_, insn.imm, machine(insn.dst)); }

  static Mem source(const Insn& insn) { return at(R64{machine(insn.src)}, insn.off); }
  static Mem destination(const Insn& insn) { return at(R64{machine(insn.dst)}, insn.off); }

  void load_signed(bpf::Width width, const Insn& insn) {
    emit_load_signed(a_, width, R64{machine(insn.dst)}, source(insn));
  }

  void load(bpf::Width width, const Insn& insn) {
    const R64 dst{machine(insn.dst)};
    const Mem from = source(insn);
    switch (width) {
      case bpf::Width::b1: a_.movzx8(dst, from); break;
      case bpf::Width::b2: a_.movzx16(dst, from); break;
      case bpf::Width::b4: a_.mov(R32{dst.reg}, from); break;
      case bpf::Width::b8: a_.mov(dst, from); break;
    }
  }

  void store_imm(bpf::Width width, const Insn& insn) {
    const Mem to = destination(insn);
    switch (width) {
      case bpf::Width::b1: a_.mov8(to, insn.imm); break;
      case bpf::Width::b2: a_.mov16(to, insn.imm); break;
      case bpf::Width::b4: a_.mov32(to, insn.imm); break;
      case bpf::Width::b8: a_.mov64(to, insn.imm); break;
    }
  }

  void store(bpf::Width width, const Insn& insn) {
    const Gp src = machine(insn.src);
    const Mem to = destination(insn);
    switch (width) {
      case bpf::Width::b1: a_.mov8(to, src); break;
      case bpf::Width::b2: a_.mov16(to, src); break;
      case bpf::Width::b4: a_.mov(to, R32{src}); break;
      case bpf::Width::b8: a_.mov(to, R64{src}); break;
    }
  }

  bool atomic(bool wide, const Insn& insn) {
    const bool known = emit_atomic(a_, wide, insn.imm, machine(insn.dst), insn.off, machine(insn.src));
    // A verifier writes the extension into the bytecode.
    if (!translated_ && needs_zero_extension(wide, insn.imm)) a_.mov(eax, eax);
    return known;
  }
  std::string_view barrier() {
    a_.lfence();
    return {};
  }

  void load_value(std::uint8_t dst, std::uint64_t value) { emit_mov_imm64(a_, machine(dst), value, e_.options.signed_imm64); }

  void load_address(std::uint8_t dst, Relocation::Kind kind, std::uint32_t map, std::int32_t offset) {
    a_.mov_imm64(machine(dst), 0);
    e_.relocate64(kind, a_.here() - 8, map, offset);
  }

  std::string_view branch(bool wide, JumpOp op, const Insn& insn, std::uint32_t to) {
    compare(insn, wide, op == JumpOp::jset);
    add_jump({.target_insn = to, .conditional = true, .cond = condition(op)});
    return {};
  }

  void compare(const Insn& insn, bool wide, bool bits) {
    const R64 a{machine(insn.dst)};
    const R32 a32{a.reg};
    const R64 b{machine(insn.src)};
    if (bpf::uses_src_register(insn)) {
      if (bits) wide ? a_.test(a, b) : a_.test(a32, R32{b.reg});
      else wide ? a_.alu(Group1::cmp, a, b) : a_.alu(Group1::cmp, a32, R32{b.reg});
    } else if (bits) {
      wide ? a_.test_imm32(a, insn.imm) : a_.test_imm32(a32, insn.imm);
    } else if (insn.imm == 0) {
      wide ? a_.test(a, a) : a_.test(a32, a32);
    } else if (fits8(insn.imm)) {
      const auto imm = static_cast<std::int8_t>(insn.imm);
      wide ? a_.alu_imm8(Group1::cmp, a, imm) : a_.alu_imm8(Group1::cmp, a32, imm);
    } else {
      wide ? a_.alu_imm32(Group1::cmp, a, insn.imm) : a_.alu_imm32(Group1::cmp, a32, insn.imm);
    }
  }

  void call_function(std::uint16_t callee) {
    e_.callee = c_.frames_[callee];
    run_steps(scheme_.call_site, e_);
    e_.relocate(Relocation::Kind::function, a_.call_rel32(), callee);
    run_steps(scheme_.after_call, e_);
  }

  void call_helper(std::uint32_t number) {
    run_steps(scheme_.helper_site, e_);
    e_.relocate(Relocation::Kind::helper, a_.call_rel32(), number);
  }

  void tail_call() {
    const bpf::LoweredSite& source = site();
    const bool direct = source.direct_index.has_value() && !e_.options.blinding;
    e_.site = SiteUnderWay{};
    e_.site.landing = scheme_.landing(e_.options);
    run_steps(direct ? scheme_.tail_call_direct : scheme_.tail_call_indirect, e_);
    a_.bind(e_.site.out);
    if (e_.site.bypass_field != 0) {
      c_.scratch_.patch32(e_.site.bypass_field, a_.here() - e_.site.bypass_field - 4);
    }
    e_.image.sites.push_back({.id = source.id,
                              .insn = insn_,
                              .function = e_.function,
                              .map = source.map,
                              .direct_index = direct ? source.direct_index : std::nullopt,
                              .bypass = e_.site.bypass,
                              .target = e_.site.target,
                              .out = a_.here()});
  }

  /// The first exit holds the epilogue, later ones jump to it, as in the kernel.
  std::string_view leave() {
    if (epilogue_insn_ != none) {
      add_jump({.target_insn = epilogue_insn_, .to_epilogue = true});
      return {};
    }
    epilogue_insn_ = local(insn_);
    run_steps(scheme_.epilogue, e_);
    return {};
  }

  std::string_view jump(std::uint32_t to) {
    add_jump({.target_insn = to});
    return {};
  }

  void add_jump(LongJump jump) {
    jump.offset = a_.here();
    jump.insn = local(insn_);
    jump.size = long_size(jump);
    c_.jumps_.push_back(jump);
    if (jump.conditional) a_.jcc_rel32(jump.cond);
    else a_.jmp_rel32();
  }

  // --- placing: the relaxed code goes behind what the image holds already ---

  void place() {
    jit::Image& image = e_.image;
    const auto start = static_cast<std::uint32_t>((image.code.size() + 15) / 16 * 16);
    const std::uint32_t size = c_.moved_.back();
    image.code.resize(start, 0xcc);
    image.code.resize(start + size);
    copy_relaxed(image.code.data() + start);
    place_relocations(start);
    place_sites(start);
    append_addresses(image, c_.moved_, start);
    image.functions.push_back(described(e_.frame, start, size, scheme_.landing(e_.options)));
  }

  void place_relocations(std::uint32_t start) {
    std::vector<Relocation>& relocations = e_.image.relocations;
    Removed removed(c_.jumps_);
    for (std::size_t i = first_relocation_; i < relocations.size(); ++i) {
      relocations[i].offset += start - removed.before(relocations[i].offset);
    }
  }

  /// All of a site moves alike: it has no jump to another instruction. A scheme without one of the patch places
  /// leaves 0, which stays the function's start, inside the image.
  void place_sites(std::uint32_t start) {
    std::vector<jit::ImageSite>& sites = e_.image.sites;
    Removed removed(c_.jumps_);
    for (std::size_t i = first_site_; i < sites.size(); ++i) {
      jit::ImageSite& site = sites[i];
      const std::uint32_t gone = removed.before(site.out);
      site.out += start - gone;
      if (!site.direct_index) continue;
      site.bypass += site.bypass == 0 ? start : start - gone;
      site.target += site.target == 0 ? start : start - gone;
    }
  }

  void copy_relaxed(std::uint8_t* to) const {
    const std::uint8_t* const bytes = c_.scratch_.bytes().data();
    std::uint32_t from = 0;
    const auto copy_to = [&](std::uint32_t end) {
      std::memcpy(to, bytes + from, end - from);
      to += end - from;
    };
    for (const LongJump& jump : c_.jumps_) {
      copy_to(jump.offset);
      to = write_jump(to, jump);
      from = jump.offset + long_size(jump);
    }
    copy_to(c_.scratch_.size());
  }

  /// Gives where the next instruction goes.
  std::uint8_t* write_jump(std::uint8_t* to, const LongJump& jump) const {
    const std::int32_t distance = x86_64::distance(jump, c_.moved_);
    const auto cond = static_cast<std::uint8_t>(jump.cond);
    if (jump.size == 0) return to;
    if (jump.size == 2) {
      *to++ = jump.conditional ? static_cast<std::uint8_t>(0x70 | cond) : 0xeb;
      *to++ = static_cast<std::uint8_t>(distance);
      return to;
    }
    if (jump.conditional) {
      *to++ = 0x0f;
      *to++ = static_cast<std::uint8_t>(0x80 | cond);
    } else {
      *to++ = 0xe9;
    }
    std::memcpy(to, &distance, sizeof distance);
    return to + sizeof distance;
  }

  static constexpr std::uint32_t none = UINT32_MAX;

  Compiler& c_;
  const Scheme& scheme_;
  Emitter e_;
  Assembler& a_;
  std::uint32_t epilogue_insn_ = none;  // slot of the exit that holds the epilogue
  std::size_t first_relocation_ = 0;
  std::size_t first_site_ = 0;
};

std::expected<void, bpf::InsnError> Compiler::compile(const bpf::Bytecode& program, const Scheme& scheme,
                                                      const jit::Options& options,
                                                      std::span<const jit::Frame> frames, jit::Image& image) {
  image.clear();
  image.arch = jit::Arch::x86_64;
  finder_.find(program);
  frames_ = frames.empty() ? finder_.frames() : frames;
  assert(frames_.size() == program.functions.size() && "every function has a frame");
  for (std::uint16_t f = 0; f < program.functions.size(); ++f) {
    if (auto done = FunctionCompiler(*this, program, scheme, options, image, f).compile(); !done) return done;
  }
  return {};
}

}  // namespace tailbound::x86_64
