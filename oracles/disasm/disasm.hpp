// Machine code as LLVM reads and writes it: a voice that shares nothing with the JIT's own encoder.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "jit/image.hpp"

namespace tailbound::disasm {

enum class Arch : std::uint8_t { x86_64, aarch64 };
constexpr Arch arch_of(jit::Arch arch) { return arch == jit::Arch::x86_64 ? Arch::x86_64 : Arch::aarch64; }

/// What the text costs is many times what the rest does.
enum class Detail : std::uint8_t { flow, text };

struct MachineInsn {
  std::uint64_t address = 0;
  std::uint32_t size = 0;
  bool bad = false;  // no instruction: bytes that were stepped over
  bool is_call = false;
  bool is_branch = false;  // jumps, without calls and returns
  bool is_conditional = false;
  bool is_return = false;
  bool uses_sp = false;                      // arm64: reads or writes the stack pointer
  bool writes_sp = false;
  std::optional<std::int64_t> sp_change = {};  // bytes that it adds to sp, where that is what it writes
  std::optional<std::uint64_t> target = {};  // of a direct call or branch
  std::string text = {};                     // Intel syntax on x86-64; empty under Detail::flow
};

class Disassembler {
 public:
  explicit Disassembler(Arch arch);
  ~Disassembler();
  Disassembler(Disassembler&&) noexcept;
  Disassembler& operator=(Disassembler&&) noexcept;

  /// The instruction that `bytes` starts with; nothing when it is none.
  std::optional<MachineInsn> decode(std::span<const std::uint8_t> bytes, std::uint64_t address,
                                    Detail detail = Detail::text) const;
  /// All of them. What is no instruction is stepped over in the smallest steps that the machine has and marked
  /// `bad`, so the sizes add up to the bytes.
  std::vector<MachineInsn> decode_all(std::span<const std::uint8_t> bytes, std::uint64_t address,
                                      Detail detail = Detail::text) const;

 private:
  std::optional<MachineInsn> locked(std::span<const std::uint8_t> bytes, std::uint64_t address,
                                    Detail detail) const;

  struct Llvm;
  std::unique_ptr<Llvm> llvm_;
};

using MachineBytes = std::vector<std::uint8_t>;

class MachineAssembler {
 public:
  explicit MachineAssembler(Arch arch);
  ~MachineAssembler();
  MachineAssembler(MachineAssembler&&) noexcept;
  MachineAssembler& operator=(MachineAssembler&&) noexcept;

  /// An instruction a line (Intel syntax on x86-64), each encoded as if it lay at address 0. Error: the line
  /// and what LLVM says of it.
  std::expected<std::vector<MachineBytes>, std::string> assemble(std::string_view lines) const;

 private:
  struct Llvm;
  std::unique_ptr<Llvm> llvm_;
};

}  // namespace tailbound::disasm
