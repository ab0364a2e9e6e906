// An object as engines take it: with a ledger that its own code keeps, and the names that events and reports
// use.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "jit/bpf/lowered.hpp"
#include "jit/bpf/object/object.hpp"
#include "jit/bpf/scenario.hpp"

namespace tailbound::bpf {

/// Where an element of a variable lies among the words of all array maps (RunObservation::cells).
struct CellPlace {
  std::uint32_t word = 0;
  std::uint8_t first_bit = 0;
  std::uint8_t bits = 64;
  bool is_signed = false;

  std::uint64_t read(std::span<const std::uint64_t> words) const;
  std::uint64_t written(std::uint64_t word, std::uint64_t value) const;
};

struct PreparedObject {
  /// The object's programs, prog_arrays and variables by name (a variable is a map, its elements cells),
  /// without bodies: what events refer to, and how often which function was entered.
  Scenario names;
  Lowered lowered;
  std::vector<CellPlace> cells;           // of all of names.maps, in order
  std::vector<std::uint16_t> cell_map;    // likewise: which map of `lowered`
  std::vector<std::uint32_t> cell_index;  // likewise: which word of it

  std::size_t cell(CellRef ref) const;
};

struct PrepareOptions {
  std::uint64_t fuel = default_fuel;
  /// Bytes of the packet that programs get: zeros. 54 are an Ethernet, an IPv4 and a TCP header.
  std::uint32_t packet = 54;
};

/// Puts the ledger's code (ledger_code.hpp) at every function's entry and round every tail call. It uses
/// registers that are dead there and no stack: at an entry those that the function does not read (else one of
/// r6 to r9, which a JIT then saves once more), round a tail call r4 and r5, which the call clobbers. Error: an
/// instruction that is none, an unknown helper, a limit.
OrObjectError<PreparedObject> prepare(const Object& object, const PrepareOptions& options = {});

}  // namespace tailbound::bpf
