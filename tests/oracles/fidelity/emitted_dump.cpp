#include "tests/oracles/fidelity/emitted_dump.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "jit/arm64/compiler.hpp"
#include "jit/arm64/link.hpp"
#include "jit/arm64/schemes.hpp"
#include "tests/oracles/fidelity/golden_dump.hpp"

namespace tailbound::test {

namespace {

/// A block of 16 bits: often one that needs no move.
std::uint64_t block(gen::ByteSource& bytes) {
  constexpr std::uint64_t free_of_moves[] = {0, 0xffff};
  return bytes.percent(50) ? free_of_moves[bytes.below(2)] : bytes.bits() & 0xfff8;
}

/// Never so high that an offset leads beyond the end.
std::uint64_t data_address(gen::ByteSource& bytes) {
  const std::uint64_t region = bytes.percent(50) ? 0xffff'0000ULL : 0xffff'8000ULL | bytes.below(0x1000);
  return region << 32 | block(bytes) << 16 | block(bytes);
}

/// Within reach of a bl of each other.
std::uint64_t code_address(gen::ByteSource& bytes) {
  return 0xffff'8000'0000'0000ULL + bytes.below(1U << 24) * 4ULL;
}

}  // namespace

KernelAddresses::KernelAddresses(const bpf::Bytecode& program, std::size_t map_count, gen::ByteSource& bytes) {
  std::generate_n(std::back_inserter(functions), program.functions.size(), [&] { return code_address(bytes); });
  std::generate_n(std::back_inserter(maps), map_count, [&] { return data_address(bytes); });
  std::generate_n(std::back_inserter(map_values), map_count, [&] { return data_address(bytes); });
  std::ranges::generate(helpers, [&] { return 0xffffULL << 48 | (bytes.bits() & 0xffff'ffff'fffc); });
}

Emitted emit_arm64(const bpf::Bytecode& program, std::size_t map_count, std::string_view scheme,
                   const jit::Options& options, const KernelAddresses& at, bool lines) {
  Emitted out;
  const jit::KnownMaps known = {.map = at.maps, .map_value = at.map_values};
  const auto compiled =
      arm64::Compiler().compile(program, *arm64::find_scheme(scheme), options, {}, out.image, known);
  EXPECT_TRUE(compiled.has_value()) << compiled.error().text();
  const jit::Placement placement = {
      .function = at.functions, .map = at.maps, .map_value = at.map_values, .helper = at.helpers};
  const auto linked = arm64::link(out.image, placement, out.image.code.data());
  EXPECT_TRUE(linked.has_value()) << linked.error();
  out.dump.translated = as_shown(program);
  for (std::uint32_t f = 0; f < out.image.functions.size(); ++f) {
    const jit::ImageFunction& function = out.image.functions[f];
    const auto code = dump::code_of(out.image, f);
    out.dump.code.insert(out.dump.code.end(), code.begin(), code.end());
    out.dump.functions.push_back(
        {.address = at.functions[f], .size = function.size, .first_insn = function.first_insn, .source = f});
    for (std::uint32_t i = function.first_insn; lines && i < function.end_insn; ++i) {
      out.dump.lines.push_back({i, i + 1, at.functions[f] + out.image.address[i] - function.offset});
      if (bpf::is_two_slot(program.insns[i])) ++i;
    }
  }
  for (std::uint32_t m = 0; m < map_count; ++m) out.dump.maps.push_back({m, "map"});
  return out;
}

}  // namespace tailbound::test
