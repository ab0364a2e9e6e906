#include "jit/x86_64/compiler.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <string>

#include "jit/bpf/decode.hpp"
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

bool is_known_helper(std::int32_t number) {
  return number == static_cast<std::int32_t>(bpf::Helper::lookup) ||
         number == static_cast<std::int32_t>(bpf::Helper::update) ||
         number == static_cast<std::int32_t>(bpf::Helper::time) ||
         number == static_cast<std::int32_t>(bpf::Helper::random);
}

}  // namespace

/// One function of a program.
class FunctionCompiler {
 public:
  FunctionCompiler(Compiler& compiler, const bpf::Bytecode& program, const Scheme& scheme,
                   const jit::Options& options, jit::Image& image, std::uint16_t function)
      : c_(compiler),
        program_(program),
        function_(program.functions[function]),
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
    c_.address_.resize(function_.end_insn - function_.first_insn + 1);
    c_.scratch_.ensure(longest_template);
    run_steps(scheme_.prologue, e_);
    for (insn_ = function_.first_insn; insn_ < function_.end_insn; ++insn_) {
      c_.scratch_.ensure(longest_template);
      c_.address_[local(insn_)] = a_.here();
      if (const std::string_view refused = lower(program_.insns[insn_]); !refused.empty())
        return refusal(refused);
      if (bpf::is_two_slot(program_.insns[insn_])) {
        ++insn_;
        c_.address_[local(insn_)] = a_.here();
      }
    }
    c_.address_.back() = a_.here();
    relax(c_.jumps_, c_.address_, e_.options.short_jump, c_.moved_);
    place();
    return {};
  }

 private:
  std::unexpected<bpf::InsnError> refusal(std::string_view what) const {
    const Insn& insn = program_.insns[insn_];
    const std::string number = bpf::is_helper_call(insn) ? " " + std::to_string(insn.imm) : "";
    return std::unexpected(bpf::InsnError{insn_, std::string(what) + number + " is not compiled by x86_64"});
  }

  // --- instructions; each returns the name of what it refuses, or nothing ---

  std::string_view lower(const Insn& insn) {
    switch (bpf::class_of(insn)) {
      case bpf::opcode::alu32: return lower_alu(insn, false);
      case bpf::opcode::alu64: return lower_alu(insn, true);
      case bpf::opcode::jmp: return lower_jump(insn, true);
      case bpf::opcode::jmp32: return lower_jump(insn, false);
      case bpf::opcode::ld: return lower_imm64(insn);
      case bpf::opcode::ldx: return lower_load(insn);
      case bpf::opcode::st: return lower_store_imm(insn);
      case bpf::opcode::stx: return lower_store(insn);
    }
    return "this class";
  }

  std::string_view lower_alu(const Insn& insn, bool wide) {
    const Gp dst = machine(insn.dst);
    const bool by_register = bpf::uses_src_register(insn);
    const Gp src = machine(insn.src);
    const AluOp op = bpf::alu_op(insn);
    switch (op) {
      case AluOp::add:
      case AluOp::sub:
      case AluOp::bit_or:
      case AluOp::bit_and:
      case AluOp::bit_xor:
      case AluOp::mov:
        if (insn.off != 0) return lower_move(insn, wide);
        by_register ? emit_simple_alu(a_, wide, op, dst, src) : emit_simple_alu(a_, wide, op, dst, insn.imm);
        return {};
      case AluOp::mul: return lower_multiply(insn, wide, dst, src);
      case AluOp::div:
      case AluOp::mod: {
        const Division what = {.wide = wide, .remainder = op == AluOp::mod, .is_signed = insn.off == 1};
        if (e_.options.translated)
          by_register ? kernel::emit_divide(a_, what, dst, src) : kernel::emit_divide(a_, what, dst, insn.imm);
        else by_register ? emit_divide(a_, what, dst, src) : emit_divide(a_, what, dst, insn.imm);
        return {};
      }
      case AluOp::lsh: return lower_shift(insn, wide, Shift::shl);
      case AluOp::rsh: return lower_shift(insn, wide, Shift::shr);
      case AluOp::arsh: return lower_shift(insn, wide, Shift::sar);
      case AluOp::neg: wide ? a_.neg(R64{dst}) : a_.neg(R32{dst}); return {};
      case AluOp::end:
        // To little-endian truncates; to big-endian and bswap (class ALU64) reverse.
        if (wide || by_register) emit_byte_swap(a_, insn.imm, dst);
        else emit_truncate(a_, insn.imm, dst);
        return {};
    }
    return "this operation";
  }

  /// A move with an offset: one that extends the sign, or what only a verifier writes.
  std::string_view lower_move(const Insn& insn, bool wide) {
    if (insn.off == -1) return "an address of per-CPU data";
    if (insn.off != 8 && insn.off != 16 && !(wide && insn.off == 32)) return "a cast between address spaces";
    emit_move_signed(a_, wide, insn.off, machine(insn.dst), machine(insn.src));
    return {};
  }

  std::string_view lower_multiply(const Insn& insn, bool wide, Gp dst, Gp src) {
    if (bpf::uses_src_register(insn)) wide ? a_.imul(R64{dst}, R64{src}) : a_.imul(R32{dst}, R32{src});
    else emit_multiply(a_, wide, dst, insn.imm);
    return {};
  }

  std::string_view lower_shift(const Insn& insn, bool wide, Shift what) {
    const Gp dst = machine(insn.dst);
    const jit::Options& options = e_.options;
    if (!bpf::uses_src_register(insn)) emit_shift(a_, wide, what, dst, insn.imm);
    else if (options.translated) kernel::emit_shift(a_, wide, what, dst, machine(insn.src), options.bmi2);
    else emit_shift(a_, wide, what, dst, machine(insn.src));
    return {};
  }

  std::string_view lower_load(const Insn& insn) {
    const R64 dst{machine(insn.dst)};
    const Mem from = at(R64{machine(insn.src)}, insn.off);
    const auto mode = insn.opcode & bpf::opcode::mode_mask;
    if (mode == bpf::opcode::mode_memsx) {
      emit_load_signed(a_, bpf::width_of(insn), dst, from);
      return {};
    }
    if (mode != bpf::opcode::mode_mem) return "a load of memory that may not be there";
    switch (bpf::width_of(insn)) {
      case bpf::Width::b1: a_.movzx8(dst, from); break;
      case bpf::Width::b2: a_.movzx16(dst, from); break;
      case bpf::Width::b4: a_.mov(R32{dst.reg}, from); break;
      case bpf::Width::b8: a_.mov(dst, from); break;
    }
    return {};
  }

  std::string_view lower_store_imm(const Insn& insn) {
    if (insn.opcode == bpf::opcode::no_speculation) {
      a_.lfence();
      return {};
    }
    if ((insn.opcode & bpf::opcode::mode_mask) != bpf::opcode::mode_mem) return "a store to an arena";
    const Mem to = at(R64{machine(insn.dst)}, insn.off);
    switch (bpf::width_of(insn)) {
      case bpf::Width::b1: a_.mov8(to, insn.imm); break;
      case bpf::Width::b2: a_.mov16(to, insn.imm); break;
      case bpf::Width::b4: a_.mov32(to, insn.imm); break;
      case bpf::Width::b8: a_.mov64(to, insn.imm); break;
    }
    return {};
  }

  std::string_view lower_store(const Insn& insn) {
    if ((insn.opcode & bpf::opcode::mode_mask) == bpf::opcode::mode_atomic) {
      const bool wide = bpf::width_of(insn) == bpf::Width::b8;
      const bool known = emit_atomic(a_, wide, insn.imm, machine(insn.dst), insn.off, machine(insn.src));
      // A verifier writes the extension into the bytecode.
      if (!e_.options.translated && needs_zero_extension(wide, insn.imm)) a_.mov(eax, eax);
      return known ? "" : "an atomic operation later than RFC 9669";
    }
    if ((insn.opcode & bpf::opcode::mode_mask) != bpf::opcode::mode_mem) return "a store to an arena";
    const Gp src = machine(insn.src);
    const Mem to = at(R64{machine(insn.dst)}, insn.off);
    switch (bpf::width_of(insn)) {
      case bpf::Width::b1: a_.mov8(to, src); break;
      case bpf::Width::b2: a_.mov16(to, src); break;
      case bpf::Width::b4: a_.mov(to, R32{src}); break;
      case bpf::Width::b8: a_.mov(to, R64{src}); break;
    }
    return {};
  }

  std::string_view lower_imm64(const Insn& insn) {
    const Insn& second = program_.insns[insn_ + 1];
    const Gp dst = machine(insn.dst);
    switch (insn.src) {
      case static_cast<std::uint8_t>(bpf::Imm64Kind::value):
        emit_mov_imm64(a_, dst,
                       static_cast<std::uint64_t>(static_cast<std::uint32_t>(second.imm)) << 32 |
                           static_cast<std::uint32_t>(insn.imm),
                       e_.options.signed_imm64);
        return {};
      case static_cast<std::uint8_t>(bpf::Imm64Kind::map):
        lower_address(dst, Relocation::Kind::map, insn.imm, 0);
        return {};
      case static_cast<std::uint8_t>(bpf::Imm64Kind::map_value):
        lower_address(dst, Relocation::Kind::map_value, insn.imm, second.imm);
        return {};
    }
    return "a load of this kind of address";
  }

  void lower_address(Gp dst, Relocation::Kind kind, std::int32_t map, std::int32_t offset) {
    a_.mov_imm64(dst, 0);
    e_.relocate(kind, a_.here() - 8, static_cast<std::uint32_t>(map), offset);
  }

  std::string_view lower_jump(const Insn& insn, bool wide) {
    const JumpOp op = bpf::jump_op(insn);
    switch (op) {
      case JumpOp::ja:
        if (bpf::uses_src_register(insn)) return "an indirect jump";
        // The long one (class JMP32) has its distance in the immediate.
        jump({.target_insn = local(insn_ + 1) + static_cast<std::uint32_t>(wide ? insn.off : insn.imm)});
        return {};
      case JumpOp::call: return lower_call(insn);
      case JumpOp::exit: lower_exit(); return {};
      case JumpOp::jset:
      case JumpOp::jeq:
      case JumpOp::jne:
      case JumpOp::jgt:
      case JumpOp::jge:
      case JumpOp::jlt:
      case JumpOp::jle:
      case JumpOp::jsgt:
      case JumpOp::jsge:
      case JumpOp::jslt:
      case JumpOp::jsle:
        compare(insn, wide, op == JumpOp::jset);
        jump({.target_insn = local(insn_ + 1) + static_cast<std::uint32_t>(insn.off),
              .conditional = true,
              .cond = condition(op)});
        return {};
    }
    return "this jump";
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

  std::string_view lower_call(const Insn& insn) {
    if (bpf::is_tail_call(insn)) {
      lower_tail_call();
      return {};
    }
    if (bpf::is_local_call(insn)) {
      const std::uint32_t callee = jit::function_at(program_, insn_ + 1 + static_cast<std::uint32_t>(insn.imm));
      e_.callee = c_.frames_[callee];
      run_steps(scheme_.call_site, e_);
      e_.relocate(Relocation::Kind::function, a_.call_rel32(), callee);
      run_steps(scheme_.after_call, e_);
      return {};
    }
    if (!e_.options.translated) {
      if (!bpf::is_helper_call(insn)) return "a call of a kernel function";
      if (!is_known_helper(insn.imm)) return "a call of helper";
    }
    run_steps(scheme_.helper_site, e_);
    e_.relocate(Relocation::Kind::helper, a_.call_rel32(), static_cast<std::uint32_t>(insn.imm));
    return {};
  }

  void lower_tail_call() {
    const bpf::LoweredSite& source = site_of(insn_);
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

  const bpf::LoweredSite& site_of(std::uint32_t insn) const {
    const std::int32_t index = program_.origin[insn].site;
    assert(index >= 0 && "every tail call of lowered bytecode has a site");
    return program_.sites[static_cast<std::size_t>(index)];
  }

  /// The first exit holds the epilogue, later ones jump to it, as in the kernel.
  void lower_exit() {
    if (epilogue_insn_ != none) {
      jump({.target_insn = epilogue_insn_, .to_epilogue = true});
      return;
    }
    epilogue_insn_ = local(insn_);
    run_steps(scheme_.epilogue, e_);
  }

  void jump(LongJump jump) {
    jump.offset = a_.here();
    jump.insn = local(insn_);
    jump.size = long_size(jump);
    c_.jumps_.push_back(jump);
    if (jump.conditional) a_.jcc_rel32(jump.cond);
    else a_.jmp_rel32();
  }

  /// Slot in the function.
  std::uint32_t local(std::uint32_t insn) const { return insn - function_.first_insn; }

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
    const auto slots = static_cast<std::ptrdiff_t>(c_.moved_.size() - 1);
    image.address.resize(image.address.size() + c_.moved_.size() - 1);
    std::transform(c_.moved_.begin(), c_.moved_.begin() + slots, image.address.end() - slots,
                   [start](std::uint32_t moved) { return start + moved; });
    image.functions.push_back({.offset = start,
                               .size = size,
                               .landing = scheme_.landing(e_.options),
                               .first_insn = function_.first_insn,
                               .end_insn = function_.end_insn,
                               .stack_depth = function_.stack_depth,
                               .reaches_tail_call = e_.frame.reaches_tail_call,
                               .saved_registers = e_.frame.saved_registers});
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
  const bpf::Bytecode& program_;
  const bpf::LoweredFunction& function_;
  const Scheme& scheme_;
  Emitter e_;
  Assembler& a_;
  std::uint32_t insn_ = 0;
  std::uint32_t epilogue_insn_ = none;  // slot of the exit that holds the epilogue
  std::size_t first_relocation_ = 0;
  std::size_t first_site_ = 0;
};

std::expected<void, bpf::InsnError> Compiler::compile(const bpf::Bytecode& program, const Scheme& scheme,
                                                      const jit::Options& options,
                                                      std::span<const jit::Frame> frames, jit::Image& image) {
  image.clear();
  finder_.find(program);
  frames_ = frames.empty() ? finder_.frames() : frames;
  assert(frames_.size() == program.functions.size() && "every function has a frame");
  for (std::uint16_t f = 0; f < program.functions.size(); ++f) {
    if (auto done = FunctionCompiler(*this, program, scheme, options, image, f).compile(); !done) return done;
  }
  return {};
}

}  // namespace tailbound::x86_64
