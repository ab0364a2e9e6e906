#include <fmt/format.h>

#include <cassert>
#include <vector>

#include "jit/bpf/from_insns.hpp"
#include "jit/bpf/text.hpp"
#include "oracles/fidelity/recognise.hpp"

namespace tailbound::fidelity {

namespace {

constexpr std::uint16_t array = 0;
constexpr std::uint16_t prog_array = 1;

/// A conditional jump over so many bytes of x86-64 code: `r2 = 1` takes 5, `r0 += 1` 4, `r2 = 0` 2.
std::string jump_over(std::uint32_t bytes) {
  std::string text = fmt::format("if r6 == {} goto over{}\n", bytes, bytes);
  while (bytes >= 9 || bytes == 5) text += "r2 = 1\n", bytes -= 5;
  for (; bytes >= 4 && bytes % 2 == 0; bytes -= 4) text += "r0 += 1\n";
  while (bytes >= 5) text += "r2 = 1\n", bytes -= 5;
  while (bytes >= 2) text += "r2 = 0\n", bytes -= 2;
  return text;
}

std::string tail_calls(std::string_view context) {
  return fmt::format(
      "r1 = {0}\nr2 = map {1}\nr3 = 0\ncall 12\n"    // direct
      "r1 = {0}\nr2 = map {1}\nr3 = r7\ncall 12\n",  // indirect
      context, prog_array);
}

std::string main_text() {
  std::string text = "r8 = r1\n";
  text += fmt::format("r1 = map_value {} + 0\nr6 = *(u64 *)(r1 + 0)\nr7 = *(u32 *)(r1 + 8)\n", array);
  text += "*(u64 *)(r10 - 8) = r6\nlock *(u64 *)(r10 - 8) += r7\n";
  text += "r0 = r6\nr0 <<= r7\nw0 >>= w6\nr0 s>>= r7\nr4 = r6\nr4 <<= r7\nr4 >>= r4\nr0 += r4\n";
  text +=
      "r2 = 0xffffffff80000000 ll\nr0 += r2\nr2 = 0x80000000 ll\nr0 += r2\nr2 = 0x123456789a ll\nr0 ^= r2\n";
  for (std::uint32_t bytes = 118; bytes <= 132; ++bytes) {
    text += jump_over(bytes) + fmt::format("over{}:\n", bytes);
  }
  text += "*(u64 *)(r10 - 16) = r0\ncall 7\nr1 = r8\ncall local +0\nr1 = r8\ncall local +0\n";
  return text + tail_calls("r8") + "r0 = *(u64 *)(r10 - 16)\nexit\n";
}

std::string tail_calling_text() {
  std::string text = "r8 = r1\n" + fmt::format("r1 = map_value {} + 0\nr7 = *(u32 *)(r1 + 8)\n", array);
  return text + tail_calls("r8") + "r0 = 0\nexit\n";
}

/// The verifier removes its tail call.
std::string dead_tail_call_text() {
  return "r0 = 0\nif r0 == 0 goto out\n" + fmt::format("r2 = map {}\nr3 = 0\ncall 12\n", prog_array) +
         "out: exit\n";
}

std::vector<bpf::Insn> part(const std::string& text) {
  auto insns = bpf::assemble(text);
  assert(insns && "the probe's text is ours");
  return std::move(*insns);
}

/// Main, and the functions that its local calls lead to, in their order.
std::vector<bpf::Insn> insns() {
  std::vector<bpf::Insn> all = part(main_text());
  const std::size_t main_end = all.size();
  std::vector<std::vector<bpf::Insn>> callees = {part(tail_calling_text()), part(dead_tail_call_text())};
  std::size_t next = 0;
  for (std::size_t i = 0; i < main_end; ++i) {
    if (!bpf::is_local_call(all[i])) continue;
    all[i].imm = static_cast<std::int32_t>(all.size() - i - 1);
    all.insert(all.end(), callees[next].begin(), callees[next].end());
    ++next;
  }
  return all;
}

}  // namespace

bpf::Lowered probe() {
  bpf::Lowered lowered;
  lowered.maps = {{.kind = bpf::LoweredMap::Kind::array,
                   .name = "values",
                   .value_size = 16,
                   .max_entries = 1,
                   .words = {0, 0},
                   .slots = {}},
                  {.kind = bpf::LoweredMap::Kind::prog_array,
                   .name = "slots",
                   .value_size = 4,
                   .max_entries = 2,
                   .words = {},
                   .slots = {}}};
  auto program = bpf::from_insns(insns(), lowered.maps);
  assert(program && "and so is its bytecode");
  lowered.programs.push_back(std::move(*program));
  return lowered;
}

}  // namespace tailbound::fidelity
