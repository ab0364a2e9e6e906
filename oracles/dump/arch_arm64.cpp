// arm64: how the kernel's images read, whichever generation emitted them.
#include <algorithm>
#include <array>
#include <cstring>

#include "jit/arm64/compiler.hpp"
#include "jit/arm64/literal.hpp"
#include "jit/arm64/schemes.hpp"
#include "oracles/dump/arches.hpp"

namespace tailbound::dump {

namespace {

using arm64::word_bytes;
using disasm::MachineInsn;

/// Instructions by their numbers in the function.
class Words {
 public:
  explicit Words(Code code) : code_(code) {}

  std::uint32_t size() const { return static_cast<std::uint32_t>(code_.size() / word_bytes); }
  /// 0, which is no instruction, behind the end.
  std::uint32_t operator[](std::uint32_t index) const {
    std::uint32_t word = 0;
    if (index < size()) std::memcpy(&word, code_.data() + std::size_t{index} * word_bytes, sizeof word);
    return word;
  }
  bool are(std::uint32_t index, std::initializer_list<std::uint32_t> expected) const {
    return std::ranges::all_of(expected, [&](std::uint32_t word) { return (*this)[index++] == word; });
  }

 private:
  Code code_;
};

namespace insn {

constexpr std::uint32_t bti_jc = 0xd50324df, bti_j = 0xd503249f, paciasp = 0xd503233f;
constexpr std::uint32_t keep_return_address = 0x910003c9;                     // mov x9, x30
constexpr std::uint32_t push_record = 0xa9bf7bfd, frame_record = 0x910003fd;  // stp x29, x30; mov x29, sp
constexpr std::uint32_t push_x19 = 0xa9bf53f3, push_x21 = 0xa9bf5bf5;
constexpr std::uint32_t push_x25_x26 = 0xa9bf6bf9, push_x27 = 0xa9bf73fb;
constexpr std::uint32_t push_zero_x26 = 0xa9bf6bff, push_x26_x26 = 0xa9bf6bfa;
constexpr std::uint32_t frame_pointer = 0x910003f9, count_cell = 0x910003fa;  // mov x25, sp; mov x26, sp
constexpr std::uint32_t seed = 0xd280001a;                                    // mov x26, #0
// A tail call's: x1 is the array, x2 the index.
constexpr std::uint32_t load_max_entries = 0xb86a682a;  // ldr w10, [x1, x10]: nothing else loads into x10 so
constexpr std::uint32_t slots_address = 0x8b0a002a;     // add x10, x1, x10
constexpr std::uint32_t load_bpf_func = 0xf86a696a;     // ldr x10, [x11, x10]
constexpr std::uint32_t zero_extend = 0x11000042, check_index = 0x6b0a005f;

constexpr std::uint32_t without_imm12 = ~(0x1fffU << 10);
constexpr std::uint32_t sub_sp = 0xd10003ff, sub_bottom = 0xd100033b;  // sub sp, sp, #; sub x27, x25, #
constexpr std::uint32_t push = 0xa9bf03e0;                             // stp xa, xb, [sp, #-16]!

bool is_push(std::uint32_t word) { return (word & ~0x7c1fU) == push; }
bool is_sub(std::uint32_t word, std::uint32_t of) { return (word & without_imm12) == of; }
std::uint32_t imm12(std::uint32_t word) {
  const std::uint32_t bits = word >> 10 & 0xfff;
  return (word >> 22 & 1) != 0 ? bits << 12 : bits;
}
bool is_bl(std::uint32_t word) { return (word & 0xfc000000U) == 0x94000000U; }
bool is_blr(std::uint32_t word) { return (word & 0xfffffc1fU) == 0xd63f0000U; }
bool is_conditional(std::uint32_t word) { return (word & 0xff000010U) == 0x54000000U; }

}  // namespace insn

// --- prologue ---

/// Reads instruction after instruction.
class PrologueReader {
 public:
  explicit PrologueReader(Code function) : words_(function) {}

  std::optional<Prologue> read() {
    skip(insn::bti_jc);
    if (!skip(insn::keep_return_address)) return std::nullopt;
    ++at_;  // a nop, or a trampoline's call
    skip(insn::paciasp);
    if (!skip(insn::push_record) || !skip(insn::frame_record)) return std::nullopt;
    if ((!all_saved() && !used_saved()) || out_.stack > largest_stack) return std::nullopt;
    out_.size = at_ * word_bytes;
    // The count has its place in every frame.
    out_.reaches_tail_call = true;
    return out_;
  }

 private:
  bool skip(std::uint32_t word) {
    const bool there = words_[at_] == word;
    if (there) ++at_;
    return there;
  }

  void land() {
    out_.landing = at_ * word_bytes;
    skip(insn::bti_j);
  }

  void take_stack() {
    if (!insn::is_sub(words_[at_], insn::sub_sp)) return;
    out_.stack = insn::imm12(words_[at_++]);
  }

  /// A verifier gives a function no more.
  static constexpr std::uint32_t largest_stack = 512;

  /// By value: every frame saves all registers.
  bool all_saved() {
    if (!words_.are(at_,
                    {insn::push_x19, insn::push_x21, insn::push_x25_x26, insn::push_x27, insn::frame_pointer}))
      return false;
    at_ += 5;
    skip(insn::seed);
    land();
    if (insn::is_sub(words_[at_], insn::sub_bottom)) ++at_;
    take_stack();
    return true;
  }

  /// By pointer: the pairs that the function uses.
  bool used_saved() {
    const bool is_main = words_.are(at_, {insn::push_zero_x26, insn::count_cell});
    if (!is_main && words_[at_] != insn::push_x26_x26) return false;
    at_ += is_main ? 2 : 1;
    land();
    while (insn::is_push(words_[at_])) ++at_;
    skip(insn::frame_pointer);
    take_stack();
    return true;
  }

  Words words_;
  std::uint32_t at_ = 0;
  Prologue out_;
};

std::optional<Prologue> prologue(Code function) { return PrologueReader(function).read(); }

// --- tail-call sites; no code is patched ---

bool is_site(const Words& words, std::uint32_t i) {
  return words.are(i, {insn::load_max_entries, insn::zero_extend, insn::check_index}) &&
         insn::is_conditional(words[i + 3]);
}

std::vector<FoundSite> sites(Code function, std::span<const MachineInsn>) {
  const Words words(function);
  std::vector<FoundSite> found;
  for (std::uint32_t i = 0; i < words.size(); ++i) {
    if (!is_site(words, i)) continue;
    const auto distance = static_cast<std::int32_t>(words[i + 3] << 8) >> 13;  // 19 bits from bit 5, in words
    found.push_back(
        {.out = static_cast<std::uint32_t>(static_cast<std::int32_t>(i) + 3 + distance) * word_bytes});
  }
  return found;
}

// --- options ---

/// The number in the move before the first of `word` in any of the functions.
std::optional<std::uint32_t> offset_before(std::span<const Code> functions, std::uint32_t word) {
  for (const Code function : functions) {
    const Words words(function);
    for (std::uint32_t i = 1; i < words.size(); ++i) {
      if (words[i] != word) continue;
      const auto offset = arm64::read_literal(function, (i - 1) * word_bytes);
      if (offset) return static_cast<std::uint32_t>(offset->value);
    }
  }
  return std::nullopt;
}

std::expected<void, std::string> read_offsets(std::span<const Code> functions, jit::Options& options) {
  const auto max_entries = offset_before(functions, insn::load_max_entries);
  const auto ptrs = offset_before(functions, insn::slots_address);
  const auto bpf_func = offset_before(functions, insn::load_bpf_func);
  if (!max_entries || !ptrs || !bpf_func || *max_entries > UINT8_MAX || *bpf_func > UINT8_MAX)
    return std::unexpected("no tail call as arm64 kernels emit it");
  options.max_entries = static_cast<std::uint8_t>(*max_entries);
  options.ptrs = *ptrs;
  options.bpf_func = static_cast<std::uint8_t>(*bpf_func);
  return {};
}

std::expected<std::vector<jit::Options>, std::string> options(std::span<const Code> functions) {
  jit::Options read;
  read.translated = true;
  const Words main(functions[0]);
  read.bti = main[0] == insn::bti_jc;
  read.pac = main[read.bti ? 3 : 2] == insn::paciasp;
  if (auto done = read_offsets(functions, read); !done) return std::unexpected(done.error());
  std::vector<jit::Options> all(2, read);
  all[1].exclusives = true;
  return all;
}

// --- fields ---

/// The moves before a blr are those of its address.
std::optional<Field> call(Code function, std::uint32_t at, std::uint32_t) {
  constexpr std::uint32_t moves = 3 * word_bytes;
  const std::uint32_t word = Words(function)[at / word_bytes];
  if (insn::is_bl(word)) return Field{jit::Relocation::Form::branch26, at};
  if (!insn::is_blr(word) || at < moves) return std::nullopt;
  const auto address = arm64::read_literal(function, at - moves);
  if (!address || address->bytes != moves) return std::nullopt;
  return Field{jit::Relocation::Form::literal, at - moves};
}

std::optional<Field> constant(Code function, std::uint32_t at, std::uint32_t) {
  const auto literal = arm64::read_literal(function, at);
  return literal && literal->wide ? std::optional(Field{jit::Relocation::Form::literal, at}) : std::nullopt;
}

// --- blinding ---

/// Constants are built in x9.
std::optional<arm64::Literal> hidden_move(Code function, std::uint32_t at) {
  const auto move = arm64::read_literal(function, at);
  return move && move->dst == arm64::Gp::x9 ? move : std::nullopt;
}

/// What x9 is xored with at `at`: the number is in x10, since one of some three million alone is an immediate
/// of eor, and it is chosen at random.
std::optional<std::int32_t> hidden_xor(Code function, std::uint32_t at) {
  constexpr std::uint32_t eor = 0x4a0a0129, wide = 1U << 31;  // eor w9, w9, w10
  const auto number = arm64::read_literal(function, at);
  if (!number || number->dst != arm64::Gp::x10) return std::nullopt;
  if ((Words(function)[(at + number->bytes) / word_bytes] & ~wide) != eor) return std::nullopt;
  return static_cast<std::int32_t>(number->value);
}

std::vector<bpf::BlindPair> blind_pairs(Code function, std::span<const MachineInsn>) {
  std::vector<bpf::BlindPair> pairs;
  for (std::uint32_t at = 0; at < function.size(); at += word_bytes) {
    const auto low = hidden_move(function, at);
    const auto high = low ? hidden_xor(function, at + low->bytes) : std::nullopt;
    if (high) pairs.push_back({static_cast<std::int32_t>(low->value), *high});
  }
  return pairs;
}

// --- ours ---

std::expected<void, bpf::InsnError> compile(const bpf::Bytecode& program, std::string_view scheme,
                                            const jit::Options& options, std::span<const jit::Frame> frames,
                                            jit::KnownMaps known, jit::Image& image) {
  thread_local arm64::Compiler compiler;
  return compiler.compile(program, *arm64::find_scheme(scheme), options, frames, image, known);
}

constexpr std::array<std::string_view, 2> schemes = {"pointer", "by-value"};

}  // namespace

const Arch& arch_arm64() {
  static const Arch row = {.machine = "aarch64",
                           .code = disasm::Arch::aarch64,
                           .prologue = prologue,
                           .sites = sites,
                           .schemes = schemes,
                           .options = options,
                           .call = call,
                           .constant = constant,
                           .compile = compile,
                           .patch = nullptr,
                           .blind_pairs = blind_pairs};
  return row;
}

}  // namespace tailbound::dump
