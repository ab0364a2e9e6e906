// x86-64: how the kernel's images read, whichever generation emitted them.
#include <algorithm>
#include <array>
#include <cstring>

#include "jit/x86_64/compiler.hpp"
#include "jit/x86_64/link.hpp"
#include "jit/x86_64/schemes.hpp"
#include "oracles/dump/arches.hpp"

namespace tailbound::dump {

namespace {

using disasm::MachineInsn;

constexpr std::uint32_t patch_size = 5;

bool starts_with(Code code, std::initializer_list<std::uint8_t> bytes) {
  return code.size() >= bytes.size() && std::equal(bytes.begin(), bytes.end(), code.begin());
}

std::uint32_t u32_at(Code code, std::size_t at) {
  std::uint32_t value = 0;
  if (at + sizeof value <= code.size()) std::memcpy(&value, code.data() + at, sizeof value);
  return value;
}

bool is_endbr64(Code code) { return starts_with(code, {0xf3, 0x0f, 0x1e, 0xfa}); }
bool is_nop5(Code code) {
  return std::ranges::equal(code.first(std::min<std::size_t>(code.size(), 5)), x86_64::nop5);
}
bool is_jump(Code code) { return starts_with(code, {0xe9}) && code.size() >= patch_size; }

// --- prologue ---

/// A pad, the fentry pad (a trampoline may have taken it) and the seed come before `push rbp; mov rbp, rsp`.
constexpr std::size_t longest_entry = 24;

/// What the count needs of the frame: `push rax` once or twice, or the test of count and pointer
/// (116e04ba1459).
std::uint32_t count_bytes(Code code) {
  if (starts_with(code, {0x48, 0x83, 0xf8, 0x21, 0x77})) return 14;
  std::uint32_t pushes = 0;
  while (pushes < 2 && pushes < code.size() && code[pushes] == 0x50) ++pushes;
  return pushes;
}

std::uint32_t saved_bytes(Code code) {
  std::uint32_t size = starts_with(code, {0x53}) ? 1 : 0;
  for (const std::uint8_t reg : std::array<std::uint8_t, 3>{0x55, 0x56, 0x57}) {
    if (starts_with(code.subspan(size), {0x41, reg})) size += 2;
  }
  return size;
}

std::optional<Prologue> prologue(Code function) {
  constexpr std::array<std::uint8_t, 4> frame = {0x55, 0x48, 0x89, 0xe5};
  const Code entry = function.first(std::min(function.size(), longest_entry));
  const auto found = std::ranges::search(entry, frame);
  if (found.empty()) return std::nullopt;
  Prologue out;
  auto at = static_cast<std::uint32_t>(found.end() - entry.begin());
  out.landing = at;
  if (is_endbr64(function.subspan(at))) at += 4;
  if (starts_with(function.subspan(at), {0x48, 0x81, 0xec})) {
    out.stack = u32_at(function, at + 3);
    at += 7;
  }
  const std::uint32_t count = count_bytes(function.subspan(at));
  out.reaches_tail_call = count != 0;
  out.size = at + count + saved_bytes(function.subspan(at + count));
  return out;
}

// --- tail-call sites ---

/// `cmp [rsi + disp8], edx` is in no other template: nothing else compares with memory at the second argument.
bool is_index_check(Code code) { return starts_with(code, {0x39, 0x56}); }

/// A refused call jumps behind the five bytes of the target; between the jump and those lies the bypass.
std::optional<FoundSite> direct_site(Code function, std::span<const MachineInsn> insns, std::size_t check) {
  const auto out = static_cast<std::uint32_t>(insns[check].target.value_or(0));
  if (check + 1 == insns.size() || out < patch_size || out > function.size()) return std::nullopt;
  const std::uint32_t target = out - patch_size;
  const std::uint64_t next = insns[check].address + insns[check].size;
  for (std::size_t i = check + 1; i < insns.size() && insns[i].address < target; ++i) {
    const auto bypass = static_cast<std::uint32_t>(insns[i].address);
    if (insns[i].size != patch_size || bypass - next > 16) continue;
    const Code at_bypass = function.subspan(bypass);
    const Code at_target = function.subspan(target);
    const bool empty = is_jump(at_bypass) && insns[i].target == out && is_nop5(at_target);
    const bool filled = is_nop5(at_bypass) && is_jump(at_target);
    if (empty || filled)
      return FoundSite{.out = out, .direct = true, .filled = filled, .bypass = bypass, .target = target};
  }
  return std::nullopt;
}

std::vector<FoundSite> sites(Code function, std::span<const MachineInsn> insns) {
  std::vector<FoundSite> found;
  for (std::size_t i = 0; i + 1 < insns.size(); ++i) {
    if (is_index_check(function.subspan(insns[i].address))) {
      found.push_back({.out = static_cast<std::uint32_t>(insns[i + 1].target.value_or(0))});
    } else if (insns[i].is_conditional && insns[i].size == 2) {
      if (const auto site = direct_site(function, insns, i)) found.push_back(*site);
    }
  }
  return found;
}

// --- options ---

/// The first place of a byte sequence in any of the functions: the code from there on.
std::optional<Code> find(std::span<const Code> functions, std::initializer_list<std::uint8_t> bytes) {
  for (const Code function : functions) {
    const auto found = std::search(function.begin(), function.end(), bytes.begin(), bytes.end());
    if (found != function.end()) return function.subspan(static_cast<std::size_t>(found - function.begin()));
  }
  return std::nullopt;
}

/// What leaves the indirect site: `mov rcx, [rcx + bpf_func]; add rcx, landing`, then the jump.
std::expected<void, std::string> read_jump(Code leaving, jit::Options& options) {
  options.bpf_func = leaving[3];
  const Code jump = leaving.subspan(8);
  if (is_jump(jump)) {
    options.retpolines = true;
  } else if (starts_with(jump, {0xff, 0xe1})) {
    options.int3_after_ret = starts_with(jump.subspan(2), {0xcc});
  } else {
    return std::unexpected("an indirect jump behind a fence, which is not emitted here");
  }
  return {};
}

std::expected<void, std::string> read_offsets(std::span<const Code> functions, jit::Options& options) {
  const auto check = find(functions, {0x89, 0xd2, 0x39, 0x56});
  const auto slot = find(functions, {0x48, 0x8b, 0x8c, 0xd6});
  const auto leaving = find(functions, {0x48, 0x8b, 0x49});
  if (!check || !slot || !leaving || leaving->size() < 16)
    return std::unexpected("no indirect tail call as x86-64 kernels emit it");
  options.max_entries = (*check)[4];
  options.ptrs = u32_at(*slot, 4);
  return read_jump(*leaving, options);
}

/// `leave`, then a return or a jump to the thunk; a function ends so unless its epilogue is further in.
std::expected<void, std::string> read_return(std::span<const Code> functions, jit::Options& options) {
  for (const Code function : functions) {
    if (function.size() < 8) continue;
    if (const Code end = function.last(6); starts_with(end, {0xc9, 0xe9})) {
      options.return_thunks = true;
      return {};
    }
    if (starts_with(function.last(3), {0xc9, 0xc3, 0xcc})) {
      options.int3_after_ret = true;
      return {};
    }
    if (starts_with(function.last(2), {0xc9, 0xc3})) {
      options.int3_after_ret = false;
      return {};
    }
  }
  return std::unexpected("no epilogue as x86-64 kernels emit it");
}

/// What cannot be read off is tried: each kind of encoding in both forms.
std::expected<std::vector<jit::Options>, std::string> options(std::span<const Code> functions) {
  jit::Options read;
  read.translated = true;
  read.ibt = !functions.empty() && is_endbr64(functions[0]);
  if (auto done = read_offsets(functions, read); !done) return std::unexpected(done.error());
  if (auto done = read_return(functions, read); !done) return std::unexpected(done.error());
  using Shifts = jit::Options::Shifts;
  std::vector<jit::Options> all;
  for (const Shifts shifts : {Shifts::bmi2, Shifts::freed, Shifts::pushed}) {
    for (const bool signed_imm64 : {true, false}) {
      for (const unsigned short_jump : {123U, 127U}) {  // 123: "fix a jit convergence issue", c83508da5620
        all.push_back(read);
        all.back().shifts = shifts;
        all.back().signed_imm64 = signed_imm64;
        all.back().short_jump = static_cast<std::uint8_t>(short_jump);
      }
    }
  }
  return all;
}

// --- fields ---

std::optional<Field> call(Code function, std::uint32_t at, std::uint32_t size) {
  if (size != patch_size || function[at] != 0xe8) return std::nullopt;
  return Field{jit::Relocation::Form::rel32, at + 1};
}

/// REX, opcode, 8 bytes.
std::optional<Field> constant(Code, std::uint32_t at, std::uint32_t size) {
  return size == 10 ? std::optional(Field{jit::Relocation::Form::abs64, at + 2}) : std::nullopt;
}

// --- ours ---

std::expected<void, bpf::InsnError> compile(const bpf::Bytecode& program, std::string_view scheme,
                                            const jit::Options& options, std::span<const jit::Frame> frames,
                                            jit::KnownMaps /*every address is as long*/, jit::Image& image) {
  thread_local x86_64::Compiler compiler;
  return compiler.compile(program, *x86_64::find_scheme(scheme), options, frames, image);
}

/// Offsets of `site` count from the image's start, `code` is the function's own.
void patch(const jit::Image& ours, const jit::ImageSite& site, bool filled, Code theirs,
           std::span<std::uint8_t> code) {
  const std::uint32_t start = ours.functions[site.function].offset;
  const std::uint32_t bypass = site.bypass - start;
  const std::uint32_t target = site.target - start;
  const x86_64::PatchBytes over = x86_64::jump_bytes(bypass, site.out - start);
  x86_64::PatchBytes into = {0xe9};
  if (filled && target + patch_size <= theirs.size()) std::memcpy(&into[1], &theirs[target + 1], 4);
  std::memcpy(&code[bypass], filled ? x86_64::nop5.data() : over.data(), patch_size);
  std::memcpy(&code[target], filled ? into.data() : x86_64::nop5.data(), patch_size);
}

// --- blinding ---

/// What `mov` of a constant to r10 gives; nothing where it is none.
std::optional<std::int32_t> hidden_move(Code insn) {
  if (starts_with(insn, {0x45, 0x31, 0xd2})) return 0;
  if (starts_with(insn, {0x41, 0xba})) return static_cast<std::int32_t>(u32_at(insn, 2));
  if (starts_with(insn, {0x49, 0xc7, 0xc2})) return static_cast<std::int32_t>(u32_at(insn, 3));
  return std::nullopt;
}

/// What r10 is xored with.
std::optional<std::int32_t> hidden_xor(Code insn) {
  const bool narrow = starts_with(insn, {0x41});
  if (insn.size() < 4 || (!narrow && !starts_with(insn, {0x49})) || insn[2] != 0xf2) return std::nullopt;
  if (insn[1] == 0x83) return static_cast<std::int8_t>(insn[3]);
  if (insn[1] == 0x81) return static_cast<std::int32_t>(u32_at(insn, 3));
  return std::nullopt;
}

std::vector<bpf::BlindPair> blind_pairs(Code function, std::span<const MachineInsn> insns) {
  std::vector<bpf::BlindPair> pairs;
  for (std::size_t i = 0; i + 1 < insns.size(); ++i) {
    const auto low = hidden_move(function.subspan(insns[i].address, insns[i].size));
    const auto high = hidden_xor(function.subspan(insns[i + 1].address, insns[i + 1].size));
    if (low && high) pairs.push_back({*low, *high});
  }
  return pairs;
}

constexpr std::array<std::string_view, 6> schemes = {"pointer-6.18",  "pointer",       "by-value",
                                                     "by-value-5.17", "by-value-5.15", "by-value-5.10"};

}  // namespace

const Arch& arch_x86_64() {
  static const Arch row = {.machine = "x86_64",
                           .code = disasm::Arch::x86_64,
                           .prologue = prologue,
                           .sites = sites,
                           .schemes = schemes,
                           .options = options,
                           .call = call,
                           .constant = constant,
                           .compile = compile,
                           .patch = patch,
                           .blind_pairs = blind_pairs};
  return row;
}

}  // namespace tailbound::dump
