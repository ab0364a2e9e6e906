// Assembler text to slots: one function a kind of statement, labels resolved when all slots are known.
#include <cstdint>
#include <utility>

#include "jit/bpf/decode.hpp"
#include "jit/bpf/text.hpp"
#include "jit/bpf/text_labels.hpp"
#include "jit/bpf/text_reader.hpp"
#include "jit/bpf/text_words.hpp"

namespace tailbound::bpf {
namespace {

struct Address {
  std::uint8_t base = 0;
  std::int16_t off = 0;
};

struct AccessType {
  Width width = Width::b8;
  bool sign_extended = false;
  Token where;
};

std::uint8_t bits(unsigned value) { return static_cast<std::uint8_t>(value); }

class Parser {
 public:
  explicit Parser(std::string_view text) : in_(text) {}
  std::expected<std::vector<Insn>, ParseError> program();

 private:
  void statement();
  void instruction(const Token& head);
  void assignment(const RegisterName& dst);
  void alu(const RegisterName& dst, const words::AluWord& word);
  void move(const RegisterName& dst);
  void move_named(const RegisterName& dst);
  void negate(const RegisterName& dst);
  void constant(const RegisterName& dst, const Number& value);
  void sign_extend(const RegisterName& dst);
  void byte_swap(const RegisterName& dst, const words::SwapWord& word);
  void load(const RegisterName& dst);
  void imm64(const RegisterName& dst, const words::Imm64Word& word);
  void fetch(const RegisterName& dst, const words::AtomicWord& word);
  void exchange(const RegisterName& dst, const words::ExchangeWord& word);
  void store();
  void lock();
  void condition();
  void jump();
  void long_jump();
  void call();
  void word();

  Address base_and_offset();
  Address address();
  AccessType access_type();
  Width plain_width();
  Width atomic_width();
  std::int64_t distance(DistanceField field);
  std::int16_t short_distance() { return static_cast<std::int16_t>(distance(DistanceField::off)); }
  std::int32_t long_distance() { return static_cast<std::int32_t>(distance(DistanceField::imm)); }

  /// A statement gives valid slots only; whatever else is wanted has to be written as `.word`.
  void emit(const Insn& insn);
  void emit_atomic(Width width, Address to, std::uint8_t src, std::int32_t operation);

  Reader in_;
  Token head_;
  std::vector<Insn> slots_;
  Labels labels_;
};

std::expected<std::vector<Insn>, ParseError> Parser::program() {
  while (!in_.error() && in_.token().kind != Token::Kind::end) statement();
  if (!in_.error()) labels_.resolve(slots_, in_);
  if (in_.error()) return std::unexpected(*in_.error());
  return std::move(slots_);
}

void Parser::statement() {
  head_ = in_.take();
  if (head_.kind == Token::Kind::separator) return;
  if (head_.kind == Token::Kind::name && in_.accept(":")) {
    return labels_.define(head_, slots_.size(), in_);
  }
  instruction(head_);
  if (!in_.token().ends_statement()) in_.fail(in_.token(), "the end of the line or ';'");
}

void Parser::instruction(const Token& head) {
  if (const auto dst = as_register(head)) return assignment(*dst);
  if (head.is("*")) return store();
  if (head.is("if")) return condition();
  if (head.is("goto")) return jump();
  if (head.is("gotol")) return long_jump();
  if (head.is("call")) return call();
  if (head.is("exit")) return emit(build::exit());
  if (head.is("lock")) return lock();
  if (head.is(".word")) return word();
  in_.fail(head, "an instruction (its registers are r0 to r10 and w0 to w10)");
}

void Parser::assignment(const RegisterName& dst) {
  const auto* word = words::find(words::alu, in_.token().text, &words::AluWord::text);
  if (word == nullptr) return in_.fail(in_.token(), "an assignment like '=' or '+='");
  in_.take();
  if (word->op == AluOp::mov) return move(dst);
  alu(dst, *word);
}

void Parser::alu(const RegisterName& dst, const words::AluWord& word) {
  Insn insn;
  if (as_register(in_.token())) {
    insn = build::alu(word.op, dst.reg(), in_.register_of(dst.width).reg());
  } else {
    insn = build::alu(word.op, dst.reg(), in_.imm());
  }
  if (dst.width == Width::b4) insn.opcode = bits((insn.opcode & ~opcode::class_mask) | opcode::alu32);
  insn.off = word.off;
  emit(insn);
}

void Parser::move(const RegisterName& dst) {
  const Token first = in_.token();
  if (in_.accept("*")) return load(dst);
  if (in_.accept("(")) return sign_extend(dst);
  if (first.kind == Token::Kind::name) return move_named(dst);
  if (first.kind == Token::Kind::number) return constant(dst, in_.number());
  if (!in_.accept("-")) return in_.fail(first, "a register, a number, or a load like *(u64 *)(r1 + 8)");
  if (in_.token().kind == Token::Kind::name) return negate(dst);
  constant(dst, in_.number_after(first, true));
}

void Parser::move_named(const RegisterName& dst) {
  constexpr words::AluWord mov{"=", AluOp::mov};
  if (as_register(in_.token())) return alu(dst, mov);
  const Token name = in_.take();
  using namespace words;
  if (const auto* found = find(swap, name.text, &SwapWord::text)) return byte_swap(dst, *found);
  if (const auto* found = find(words::imm64, name.text, &Imm64Word::text)) return imm64(dst, *found);
  if (const auto* found = find(atomic, name.text, &AtomicWord::fetch)) return fetch(dst, *found);
  if (const auto* found = find(words::exchange, name.text, &ExchangeWord::text)) return exchange(dst, *found);
  in_.fail(name, "a register, a number, or a word like bswap16, map or atomic_fetch_add");
}

void Parser::negate(const RegisterName& dst) {
  in_.same_register(dst);
  const auto negation = dst.width == Width::b8 ? build::alu(AluOp::neg, dst.reg(), 0)
                                               : build::alu32(AluOp::neg, dst.reg(), 0);
  emit(negation);
}

void Parser::constant(const RegisterName& dst, const Number& value) {
  if (dst.width == Width::b8 && in_.accept("ll")) {
    const std::uint64_t whole = in_.in_range(value, imm64_range);
    emit(build::imm64_low(dst.reg(), Imm64Kind::value, static_cast<std::int32_t>(whole)));
    slots_.push_back(build::imm64_high(static_cast<std::int32_t>(whole >> 32)));
    return;
  }
  const auto imm = static_cast<std::int32_t>(in_.in_range(value, imm_range));
  emit(dst.width == Width::b8 ? build::mov(dst.reg(), imm) : build::alu32(AluOp::mov, dst.reg(), imm));
}

void Parser::sign_extend(const RegisterName& dst) {
  const Token type = in_.take();
  const auto* word = words::find(words::width, type.text, &words::WidthWord::sign_extended);
  if (word == nullptr || type.kind != Token::Kind::name || word->width >= dst.width) {
    return in_.fail(type, dst.width == Width::b8 ? "s8, s16 or s32" : "s8 or s16");
  }
  in_.expect(")");
  const Reg src = in_.register_of(dst.width).reg();
  Insn insn = dst.width == Width::b8 ? build::mov(dst.reg(), src) : build::alu32(AluOp::mov, dst.reg(), src);
  insn.off = static_cast<std::int16_t>(8 * static_cast<int>(word->width));
  emit(insn);
}

void Parser::byte_swap(const RegisterName& dst, const words::SwapWord& word) {
  if (dst.width != Width::b8) return in_.refuse(dst, Width::b8);
  in_.same_register(dst);
  emit({.opcode = word.opcode, .dst = dst.number, .imm = word.bits});
}

void Parser::load(const RegisterName& dst) {
  const AccessType type = access_type();
  const Address from = address();
  // LLVM writes the plain loads that clear the upper half with a w register, too.
  const bool has_w_form = !type.sign_extended && type.width != Width::b8;
  if (dst.width == Width::b4 && !has_w_form) return in_.refuse(dst, Width::b8);
  const auto mode = type.sign_extended ? opcode::mode_memsx : opcode::mode_mem;
  emit({.opcode = bits(opcode::ldx | mode | size_bits(type.width)), .dst = dst.number, .src = from.base,
        .off = from.off});
}

void Parser::imm64(const RegisterName& dst, const words::Imm64Word& word) {
  if (dst.width != Width::b8) return in_.refuse(dst, Width::b8);
  std::int32_t low = 0, high = 0;
  switch (word.operand) {
    case words::Imm64Operand::index: low = in_.imm(); break;
    case words::Imm64Operand::distance: low = long_distance(); break;
    case words::Imm64Operand::index_and_offset:
      low = in_.imm();
      high = static_cast<std::int32_t>(in_.signed_number(imm_range, "an offset like + 16"));
      break;
  }
  emit({.opcode = opcode::load_imm64, .dst = dst.number, .src = word.src, .imm = low});
  slots_.push_back(build::imm64_high(high));
}

void Parser::fetch(const RegisterName& dst, const words::AtomicWord& word) {
  in_.expect("(");
  const Width width = atomic_width();
  const Address to = address();
  in_.expect(",");
  if (dst.width != width) in_.refuse(dst, width);
  in_.same_register(dst);
  in_.expect(")");
  emit_atomic(width, to, dst.number, word.imm | words::atomic_fetch);
}

void Parser::exchange(const RegisterName& dst, const words::ExchangeWord& word) {
  const bool compares = word.imm == words::atomic_cmpxchg;
  if (compares && dst.number != 0) return in_.fail(dst.where, "r0 or w0, which cmpxchg answers in");
  if (dst.width != word.width) return in_.refuse(dst, word.width);
  in_.expect("(");
  const Address to = base_and_offset();
  in_.expect(",");
  in_.same_register(dst);
  std::uint8_t src = dst.number;
  if (compares) {
    in_.expect(",");
    src = in_.register_of(word.width).number;
  }
  in_.expect(")");
  emit_atomic(word.width, to, src, word.imm);
}

void Parser::store() {
  const Width width = plain_width();
  const Address to = address();
  in_.expect("=");
  const auto base = static_cast<Reg>(to.base);
  if (!as_register(in_.token())) return emit(build::store(width, base, to.off, in_.imm()));
  const RegisterName src = in_.any_register();
  if (src.width == Width::b4 && width == Width::b8) return in_.refuse(src, width);
  emit(build::store(width, base, to.off, src.reg()));
}

void Parser::lock() {
  in_.expect("*");
  const Width width = atomic_width();
  const Address to = address();
  const auto* word = words::find(words::atomic, in_.token().text, &words::AtomicWord::assignment);
  if (word == nullptr) return in_.fail(in_.token(), "'+=', '|=', '&=' or '^='");
  in_.take();
  emit_atomic(width, to, in_.register_of(width).number, word->imm);
}

void Parser::condition() {
  const RegisterName dst = in_.any_register();
  const auto* word = words::find(words::jump, in_.token().text, &words::JumpWord::text);
  if (word == nullptr) return in_.fail(in_.token(), "a comparison like '==' or 's>'");
  in_.take();
  Insn insn = as_register(in_.token())
                  ? build::jump(word->op, dst.reg(), in_.register_of(dst.width).reg(), 0)
                  : build::jump(word->op, dst.reg(), in_.imm(), 0);
  if (dst.width == Width::b4) insn.opcode = bits((insn.opcode & ~opcode::class_mask) | opcode::jmp32);
  in_.expect("goto");
  insn.off = short_distance();
  emit(insn);
}

void Parser::jump() { emit(build::go_to(short_distance())); }

void Parser::long_jump() {
  emit({.opcode = opcode::ja32, .imm = long_distance()});
}

void Parser::call() {
  constexpr std::uint8_t kfunc = 2;
  if (in_.accept("local")) return emit(build::call_local(long_distance()));
  if (in_.accept("kfunc")) return emit({.opcode = opcode::call, .src = kfunc, .imm = in_.imm()});
  emit(build::call_helper(in_.imm()));
}

void Parser::word() { slots_.push_back(from_word(in_.in_range(in_.number(), word_range))); }

Address Parser::base_and_offset() {
  const std::uint8_t base = in_.register_of(Width::b8).number;
  return {base, static_cast<std::int16_t>(in_.signed_number(off_range, "an offset like + 8"))};
}

Address Parser::address() {
  in_.expect("(");
  const Address found = base_and_offset();
  in_.expect(")");
  return found;
}

AccessType Parser::access_type() {
  in_.expect("(");
  const Token name = in_.take();
  const auto* plain = words::find(words::width, name.text, &words::WidthWord::plain);
  const auto* sign_extended = words::find(words::width, name.text, &words::WidthWord::sign_extended);
  const auto* found = plain != nullptr ? plain : sign_extended;
  if (found == nullptr || name.kind != Token::Kind::name) {
    in_.fail(name, "a type: u8, u16, u32, u64, or in a load s8, s16, s32");
    return {};
  }
  in_.expect("*");
  in_.expect(")");
  return {found->width, plain == nullptr, name};
}

Width Parser::plain_width() {
  const AccessType type = access_type();
  if (type.sign_extended) in_.fail(type.where, "u8, u16, u32 or u64");
  return type.width;
}

Width Parser::atomic_width() {
  const AccessType type = access_type();
  const bool has_atomics = type.width == Width::b4 || type.width == Width::b8;
  if (type.sign_extended || !has_atomics) in_.fail(type.where, "u32 or u64");
  return type.width;
}

std::int64_t Parser::distance(DistanceField field) {
  if (in_.token().kind == Token::Kind::name) {
    labels_.refer(in_.take(), slots_.size(), field);
    return 0;
  }
  return in_.signed_number(range_of(field), "a distance like +2 or a label");
}

void Parser::emit(const Insn& insn) {
  if (in_.error()) return;  // the slot was built from what was missing
  if (const auto why = slot_fault(insn); !why.empty()) in_.complain(head_, std::string(why));
  slots_.push_back(insn);
}

void Parser::emit_atomic(Width width, Address to, std::uint8_t src, std::int32_t operation) {
  emit({.opcode = bits(opcode::stx | opcode::mode_atomic | size_bits(width)), .dst = to.base, .src = src,
        .off = to.off, .imm = operation});
}

}  // namespace

std::expected<std::vector<Insn>, ParseError> assemble(std::string_view text) {
  return Parser(text).program();
}

}  // namespace tailbound::bpf
