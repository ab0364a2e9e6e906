// Slots to assembler text. What is no valid instruction prints as `.word`, so printing never fails.
#include <cassert>
#include <charconv>
#include <string>

#include "jit/bpf/decode.hpp"
#include "jit/bpf/text.hpp"
#include "jit/bpf/text_words.hpp"

namespace tailbound::bpf {
namespace {

/// The entry that must be there because slot_fault has found nothing.
template <class List, class Value, class Member>
const typename List::value_type& word_for(const List& list, const Value& value, Member member) {
  const auto* entry = words::find(list, value, member);
  assert(entry != nullptr && "a valid instruction has no word in jit/bpf/text_words.hpp");
  return *entry;
}

std::string hex(std::uint64_t value, std::size_t digits) {
  char buffer[16];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, 16).ptr;
  std::string text(buffer, end);
  if (text.size() < digits) text.insert(0, digits - text.size(), '0');
  return "0x" + text;
}

std::string raw(const Insn& insn) { return ".word " + hex(to_word(insn), 16); }

std::string reg(std::uint8_t number, Width width) {
  return (width == Width::b8 ? "r" : "w") + std::to_string(number);
}
std::string reg64(std::uint8_t number) { return reg(number, Width::b8); }

Width operand_width(const Insn& insn) {
  const std::uint8_t cls = class_of(insn);
  return cls == opcode::alu32 || cls == opcode::jmp32 ? Width::b4 : Width::b8;
}

std::string dst(const Insn& insn) { return reg(insn.dst, operand_width(insn)); }
std::string src(const Insn& insn) { return reg(insn.src, operand_width(insn)); }
std::string imm(const Insn& insn) { return std::to_string(insn.imm); }

/// " + 8" or " - 8".
std::string offset(std::int64_t value) {
  return value < 0 ? " - " + std::to_string(-value) : " + " + std::to_string(value);
}

/// "+3" or "-3".
std::string distance(std::int64_t value) { return (value < 0 ? "" : "+") + std::to_string(value); }

/// "(u64 *)(r1 + 8)"
std::string access(std::string_view type, std::uint8_t base, std::int16_t off) {
  return "(" + std::string(type) + " *)(" + reg64(base) + offset(off) + ")";
}

const words::WidthWord& width_word(const Insn& insn) {
  return word_for(words::width, width_of(insn), &words::WidthWord::width);
}

std::string loaded(std::string_view type, const Insn& insn) {
  return dst(insn) + " = *" + access(type, insn.src, insn.off);
}
std::string stored(const Insn& insn) { return access(width_word(insn).plain, insn.dst, insn.off); }

std::string alu_sign(const Insn& insn) {
  for (const words::AluWord& word : words::alu) {
    if (word.op == alu_op(insn) && word.off == insn.off) return " " + std::string(word.text) + " ";
  }
  assert(false && "a valid ALU instruction has no word in jit/bpf/text_words.hpp");
  return {};
}

std::string byte_swap(const Insn& insn) {
  for (const words::SwapWord& word : words::swap) {
    if (word.opcode != insn.opcode || word.bits != insn.imm) continue;
    return reg64(insn.dst) + " = " + std::string(word.text) + " " + reg64(insn.dst);
  }
  assert(false && "a valid byte swap has no word in jit/bpf/text_words.hpp");
  return {};
}

std::string exchange(const Insn& insn) {
  const Width width = width_of(insn);
  const std::string address = "(" + reg64(insn.dst) + offset(insn.off) + ", ";
  const std::string value = reg(insn.src, width) + ")";
  for (const words::ExchangeWord& word : words::exchange) {
    if (word.imm != insn.imm || word.width != width) continue;
    const std::string call = std::string(word.text) + address;
    if (insn.imm == words::atomic_xchg) return reg(insn.src, width) + " = " + call + value;
    return reg(0, width) + " = " + call + reg(0, width) + ", " + value;
  }
  assert(false && "a valid exchange has no word in jit/bpf/text_words.hpp");
  return {};
}

std::string atomic(const Insn& insn) {
  if (insn.imm == words::atomic_xchg || insn.imm == words::atomic_cmpxchg) return exchange(insn);
  const std::string value = reg(insn.src, width_of(insn));
  const auto& word = word_for(words::atomic, insn.imm & ~words::atomic_fetch, &words::AtomicWord::imm);
  if ((insn.imm & words::atomic_fetch) == 0) {
    return "lock *" + stored(insn) + " " + std::string(word.assignment) + " " + value;
  }
  return value + " = " + std::string(word.fetch) + "(" + stored(insn) + ", " + value + ")";
}

std::string condition(const Insn& insn, const std::string& right) {
  const auto& word = word_for(words::jump, jump_op(insn), &words::JumpWord::op);
  return "if " + dst(insn) + " " + std::string(word.text) + " " + right + " goto " + distance(insn.off);
}

/// A slot that slot_fault has found nothing against.
std::string instruction(Form form, const Insn& insn) {
  switch (form) {
    case Form::alu_imm: return dst(insn) + alu_sign(insn) + imm(insn);
    case Form::alu_reg: return dst(insn) + alu_sign(insn) + src(insn);
    case Form::alu_unary: return dst(insn) + " = -" + dst(insn);
    case Form::movsx: return dst(insn) + " = (s" + std::to_string(insn.off) + ")" + src(insn);
    case Form::byte_swap: return byte_swap(insn);
    case Form::load: return loaded(width_word(insn).plain, insn);
    case Form::load_sx: return loaded(width_word(insn).sign_extended, insn);
    case Form::store_imm: return "*" + stored(insn) + " = " + imm(insn);
    case Form::store_reg: return "*" + stored(insn) + " = " + src(insn);
    case Form::atomic: return atomic(insn);
    case Form::load_imm64: return raw(insn);  // its second slot is not there
    case Form::jump_imm: return condition(insn, imm(insn));
    case Form::jump_reg: return condition(insn, src(insn));
    case Form::jump_always: return "goto " + distance(insn.off);
    case Form::jump_always32: return "gotol " + distance(insn.imm);
    case Form::call_helper: return "call " + imm(insn);
    case Form::call_local: return "call local " + distance(insn.imm);
    case Form::call_kfunc: return "call kfunc " + imm(insn);
    case Form::exit: return "exit";
  }
  return raw(insn);
}

std::string imm64_operand(words::Imm64Operand operand, const Insn& low, const Insn& high) {
  switch (operand) {
    case words::Imm64Operand::index: return imm(low);
    case words::Imm64Operand::index_and_offset: return imm(low) + offset(high.imm);
    case words::Imm64Operand::distance: return distance(low.imm);
  }
  return {};
}

std::string load_imm64(const Insn& low, const Insn& high) {
  if (const auto* word = words::find(words::imm64, low.src, &words::Imm64Word::src)) {
    return reg64(low.dst) + " = " + std::string(word->text) + " " + imm64_operand(word->operand, low, high);
  }
  const std::uint64_t value = std::uint64_t{static_cast<std::uint32_t>(high.imm)} << 32 |
                              static_cast<std::uint32_t>(low.imm);
  return reg64(low.dst) + " = " + hex(value, 1) + " ll";
}

/// Whether the notation can say all that the two slots hold.
bool is_plain_pair(const Insn& low, const Insn& high) {
  if (!slot_fault(low).empty() || high != build::imm64_high(high.imm)) return false;
  const auto* word = words::find(words::imm64, low.src, &words::Imm64Word::src);
  return word == nullptr || word->operand == words::Imm64Operand::index_and_offset || high.imm == 0;
}

}  // namespace

std::string to_text(const Insn& insn, const Insn* next) {
  if (is_two_slot(insn) && next != nullptr) {
    return is_plain_pair(insn, *next) ? load_imm64(insn, *next) : raw(insn) + "; " + raw(*next);
  }
  if (!slot_fault(insn).empty()) return raw(insn);
  return instruction(find_row(insn)->form, insn);
}

std::string to_text(std::span<const Insn> program) {
  std::string text;
  for (std::size_t i = 0; i < program.size(); ++i) {
    const bool pair = is_two_slot(program[i]) && i + 1 < program.size();
    text += to_text(program[i], pair ? &program[i + 1] : nullptr) + "\n";
    if (pair) ++i;
  }
  return text;
}

}  // namespace tailbound::bpf
