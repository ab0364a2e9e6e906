// Reads corpus/golden/images.jsonl: programs and the images that real kernels made of them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "jit/bpf/lowered.hpp"

namespace tailbound::test {

struct GoldenFunction {
  std::uint64_t address = 0;
  std::vector<std::uint8_t> bytes;
};

struct GoldenRow {
  std::string kernel;
  std::string machine;
  std::string program;
  bpf::Bytecode bytecode;  // map references: 0 the array map, 1 the prog_array
  std::vector<GoldenFunction> slots_empty;
  std::vector<GoldenFunction> slot0_filled;  // with the program itself
};

/// Rows of the kernels whose release starts with `kernel` on `machine` ("x86_64", "aarch64").
std::vector<GoldenRow> golden_rows(const std::string& kernel, const std::string& machine);

}  // namespace tailbound::test
