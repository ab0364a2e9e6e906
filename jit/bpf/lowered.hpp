// A scenario lowered to bytecode: the same instructions for every engine, the kernel's included, with the ledger
// that the bytecode keeps about itself.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "jit/bpf/insn.hpp"
#include "jit/bpf/scenario.hpp"

namespace tailbound::bpf {

/// The ledger: map 0, one value of 64-bit words. Word offsets below; all counters are 64 bits wide.
struct LedgerLayout {
  static constexpr std::uint32_t fuel = 0;     // entries left
  static constexpr std::uint32_t hash = 1;     // rolling hash of function ids: see trace_hash
  static constexpr std::uint32_t total = 2;    // entries recorded
  static constexpr std::uint32_t live = 3;     // sum of kept registers, stack values and asm results read back
  static constexpr std::uint32_t ring = 4;     // the last 256 function ids, 32 bits each: entry n is at n % 256
  static constexpr std::uint32_t ring_entries = 256;
  static constexpr std::uint32_t entries = ring + ring_entries / 2;  // one word a function id

  std::uint32_t functions = 0;
  std::uint32_t sites = 0;

  std::uint32_t entry(std::uint32_t function_id) const { return entries + function_id; }
  std::uint32_t attempts(std::uint32_t site_id) const { return entries + functions + site_id; }
  std::uint32_t fall_throughs(std::uint32_t site_id) const { return entries + functions + sites + site_id; }
  std::uint32_t words() const { return entries + functions + 2 * sites; }
  bool operator==(const LedgerLayout&) const = default;
};

/// The next value of the rolling hash when `function_id` is entered.
inline constexpr std::int32_t trace_multiplier = 0x5bd1e995;
constexpr std::uint64_t trace_hash(std::uint64_t hash, std::uint32_t function_id) {
  return hash * static_cast<std::uint64_t>(trace_multiplier) + function_id + 1;
}

/// What a kept register (7, 8, 9) holds in a function, and what its deepest stack bytes hold (place 10), before
/// truncation to the width of the access. Never negative as an immediate.
constexpr std::int32_t live_value(std::uint32_t function_id, unsigned place) {
  return static_cast<std::int32_t>(function_id * 16 + place);
}
/// Width of the access to a function's deepest stack bytes: the largest that is aligned there.
constexpr Width stack_probe_width(std::uint32_t stack) {
  if (stack % 8 == 0) return Width::b8;
  if (stack % 4 == 0) return Width::b4;
  return stack % 2 == 0 ? Width::b2 : Width::b1;
}

/// Value of the pseudo-random helper at its n-th call (from 0) of a run: 32 bits, from seed and counter alone.
constexpr std::uint32_t random_value(std::uint32_t seed, std::uint64_t n) {
  std::uint64_t x = (n + 1) * 0x9e3779b97f4a7c15ULL + seed;
  x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93ULL;
  return static_cast<std::uint32_t>(x ^ (x >> 32));
}
/// Value of the time helper at its n-th call (from 0) of a run.
constexpr std::uint64_t time_value(std::uint64_t n) { return 1000 * (n + 1); }

struct LoweredFunction {
  std::uint32_t first_insn = 0;
  std::uint32_t end_insn = 0;
  std::uint32_t id = 0;           // through all programs
  std::uint16_t stack_depth = 0;  // bytes, the deepest that the instructions touch
};

/// A site's map where only a run tells it: any prog_array may stand there.
inline constexpr std::uint16_t any_map = UINT16_MAX;

struct LoweredSite {
  std::uint32_t insn = 0;  // the call of helper 12
  std::uint32_t id = 0;    // through all programs
  std::uint16_t function = 0;
  std::uint16_t map = 0;   // the prog_array, in Lowered::maps; any_map: not known
  /// Known constant index below max_entries: the site is direct.
  std::optional<std::uint32_t> direct_index;
};

/// Which function (in the program) and which site (in Bytecode::sites, or -1) an instruction belongs to.
struct Origin {
  std::uint16_t function = 0;
  std::int32_t site = -1;
  bool operator==(const Origin&) const = default;
};

/// One program's instructions, as written or as an engine translated them: both have this type.
struct Bytecode {
  std::vector<Insn> insns;
  std::vector<Origin> origin;  // one a slot
  std::vector<LoweredFunction> functions;
  std::vector<LoweredSite> sites;
};

struct LoweredMap {
  enum class Kind : std::uint8_t { array, prog_array };
  Kind kind = Kind::array;
  std::string name;
  std::uint32_t value_size = 8;   // bytes
  std::uint32_t max_entries = 1;
  std::vector<std::uint64_t> words;  // array: initial content, all entries in order, each padded to words
  std::vector<Slot> slots;           // prog_array: initial content, sorted
};

/// Memory that a program gets in place of its type's context: r1 is its address, r2 its length (both 0 when it
/// has no bytes). Every run finds it fresh.
struct GivenContext {
  std::vector<std::uint8_t> bytes;
  bool writable = false;
  /// Bytes of the packet (zeros) that these describe: what an engine that makes such contexts itself runs on. Nothing:
  /// no packet's, and such an engine cannot take it.
  std::optional<std::uint32_t> packet;
};
/// Where it lies, on every engine alike, so that a program that computes with addresses computes the same.
inline constexpr std::uint64_t given_context_address = 0x6000'0000'0000;
inline constexpr std::size_t given_context_limit = std::size_t{1} << 20;

/// Everything an engine needs, on its own: it outlives the scenario it came from.
/// Maps: 0 the ledger, 1 the data pool (constants hidden from the verifier), then the scenario's array maps,
/// then its prog_arrays, then a scratch map where a helper updates one. Two-slot loads of kind `map` and `map_value` carry that index.
struct Lowered {
  ProgType type = ProgType::tc;
  std::uint64_t fuel = default_fuel;
  /// In place of `fuel` for the last run: how the first difference of two traces is found (each prefix of a trace
  /// has its hash).
  std::optional<std::uint64_t> last_run_fuel;
  std::uint32_t seed = 0;
  LedgerLayout ledger;
  std::vector<LoweredMap> maps;
  std::vector<Bytecode> programs;
  std::vector<Event> events;  // as in the scenario
  std::uint16_t first_array_map = 2;
  std::uint16_t first_prog_array = 2;
  std::optional<std::uint16_t> scratch_map;
  bool has_asm = false;
  std::optional<GivenContext> context;  // nothing: what the engine has for the type

  std::size_t runs() const;
  std::uint64_t fuel_of_run(std::size_t run) const {
    return last_run_fuel && run + 1 == runs() ? *last_run_fuel : fuel;
  }
  std::uint16_t map_of_cells(std::uint16_t map) const { return static_cast<std::uint16_t>(first_array_map + map); }
  std::uint16_t map_of_array(std::uint16_t array) const {
    return static_cast<std::uint16_t>(first_prog_array + array);
  }
};

/// Lowers a valid scenario (check_scenario finds nothing).
Lowered lower(const Scenario& scenario);
/// The same into a record whose buffers are used again.
void lower(const Scenario& scenario, Lowered& into);

}  // namespace tailbound::bpf
