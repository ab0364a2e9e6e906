// Machine code of one program: what a JIT emitted, or what a kernel's dump showed. Offsets count from the start
// of `code`; addresses come in when the image is linked.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "jit/bpf/lowered.hpp"

namespace tailbound::jit {

/// A field in the code that depends on where things lie.
struct Relocation {
  enum class Kind : std::uint8_t {
    function,   // function `target` of the same program
    helper,     // helper `target`
    thunk,      // the indirect-jump thunk of machine register `target`
    return_thunk,
    map,        // the map object `target`
    map_value,  // the first value of map `target`, plus `addend`
    per_cpu,    // the processor's own data, plus `addend`
  };
  enum class Form : std::uint8_t {
    rel32,     // x86-64: distance from the field's end
    abs64,     // x86-64: the address
    branch26,  // arm64: the words from this instruction, its low 26 bits
    literal,   // arm64: a movz or movn, and the movks behind it; each has 16 bits of the address
  };
  Kind kind = Kind::function;
  Form form = Form::rel32;
  std::uint16_t function = 0;  // that holds the field
  std::uint32_t offset = 0;    // of the field
  std::uint32_t target = 0;
  std::int32_t addend = 0;

  bool operator==(const Relocation&) const = default;
};

struct ImageFunction {
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
  /// Where a tail call enters, from the function's start (mains only are entered so).
  std::uint32_t landing = 0;
  std::uint32_t first_insn = 0;
  std::uint32_t end_insn = 0;
  std::uint16_t stack_depth = 0;
  bool reaches_tail_call = false;
  std::uint8_t saved_registers = 0;  // bit 0 is r6, … bit 3 is r9

  /// Whether this offset of the code is the function's.
  bool contains(std::uint64_t at) const { return at >= offset && at - offset < size; }

  bool operator==(const ImageFunction&) const = default;
};

/// A tail-call site. A direct one has two patch sites of five bytes each: `bypass` (a jump over the call while
/// the slot is empty, else a nop) and `target` (a nop, or a jump into the program that the slot holds).
struct ImageSite {
  std::uint32_t id = 0;    // through all programs of the scenario
  std::uint32_t insn = 0;
  std::uint16_t function = 0;
  std::uint16_t map = 0;
  std::optional<std::uint32_t> direct_index;
  bool filled = false;     // state of a direct site's patches: an image is emitted with all slots empty
  std::uint32_t bypass = 0;
  std::uint32_t target = 0;
  std::uint32_t out = 0;   // where a refused call goes on

  bool operator==(const ImageSite&) const = default;
};

enum class Arch : std::uint8_t { x86_64, arm64 };

struct Image {
  Arch arch = Arch::x86_64;
  std::vector<std::uint8_t> code;
  std::vector<ImageFunction> functions;
  std::vector<ImageSite> sites;
  std::vector<Relocation> relocations;
  /// By slot of the translated bytecode: offset of its first byte. The second half of a two-slot load has the
  /// offset of what follows it.
  std::vector<std::uint32_t> address;
  /// The bytecode as the engine translated it (a kernel rewrites it); no instructions: compiled as written.
  bpf::Bytecode translated;

  void clear() {
    code.clear();
    functions.clear();
    sites.clear();
    relocations.clear();
    address.clear();
    translated = {};
  }
};

}  // namespace tailbound::jit
