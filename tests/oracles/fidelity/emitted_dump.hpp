// Images of our arm64 JIT as a kernel would show them: with addresses, at which no test's machine has anything.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "gen/byte_source.hpp"
#include "jit/image.hpp"
#include "jit/lower/options.hpp"
#include "jit/placement.hpp"
#include "oracles/dump/kernel_image.hpp"

namespace tailbound::test {

/// Addresses as kernels have them; maps have few or many blocks of 16 bits that are neither 0 nor all ones.
struct KernelAddresses {
  std::vector<std::uint64_t> functions;
  std::vector<std::uint64_t> maps;
  std::vector<std::uint64_t> map_values;
  decltype(jit::Placement::helper) helpers{};

  KernelAddresses(const bpf::Bytecode& program, std::size_t map_count, gen::ByteSource& bytes);
};

struct Emitted {
  jit::Image image;        // linked
  dump::ProgramDump dump;  // of it
};

/// `lines`: with a row of line information for every instruction.
Emitted emit_arm64(const bpf::Bytecode& program, std::size_t map_count, std::string_view scheme,
                   const jit::Options& options, const KernelAddresses& addresses, bool lines);

}  // namespace tailbound::test
