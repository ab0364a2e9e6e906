// What one arch adds to the native engine.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "jit/bpf/error.hpp"
#include "jit/emit/code_buffer.hpp"
#include "jit/image.hpp"
#include "jit/lower/frame.hpp"
#include "jit/lower/scheme.hpp"
#include "jit/lower/stack_bound.hpp"
#include "jit/placement.hpp"
#include "oracles/engine/native/entry_record.hpp"

namespace tailbound::engine::native {

/// A detour of EntryTraps, as its arch writes it.
struct Detour {
  std::uint8_t* room = nullptr;        // where it is written, Target::detour_size bytes
  std::uint64_t address = 0;           // where it runs
  std::uint64_t entries = 0;           // address of the count to compare
  std::uint64_t due = 0;               // address of the count at which it traps
  std::span<const std::uint8_t> body;  // instructions to go on with
  std::uint64_t back = 0;              // where the way goes on behind them
};
/// What a handler sees of it, and where it sends the thread.
struct DetourTrap {
  std::uint64_t pc = 0;
  std::uint64_t resume = 0;
};

class Target {
 public:
  virtual ~Target() = default;

  virtual std::string_view arch() const = 0;
  virtual const jit::SchemeIdentity& scheme() const = 0;
  /// Whether the scheme is one of the JIT's own, that another build of it has under the same name.
  virtual bool is_own_scheme() const = 0;
  virtual const jit::Options& options() const = 0;
  virtual jit::StackCosts stack_costs() const = 0;
  /// What the callee-saved registers hold at entry, in EntryRecord::saved's order.
  virtual std::span<const std::uint64_t> canaries() const = 0;

  /// Writes the stubs, which will run at `code` and find EngineWords at `words`.
  virtual Stubs emit_stubs(jit::CodeBuffer& out, std::uint64_t code, std::uint64_t words) = 0;
  /// A scenario is a task of its own: fresh counters.
  virtual void begin_scenario(EngineWords& words, std::uint64_t words_address) = 0;

  /// Error: the first instruction that this JIT does not compile.
  virtual std::expected<void, bpf::InsnError> compile(const bpf::Bytecode& program, jit::Image& image) = 0;
  /// Frames and calls of the program that was compiled last.
  virtual const jit::FrameFinder& found() const = 0;
  /// By a compiler that has seen no other program.
  virtual jit::Image compile_afresh(const bpf::Bytecode& program) const = 0;
  /// Fills every relocation in `code`, a writable copy of image.code; what the arch alone knows of a place
  /// (thunks) it adds itself. Error: an address that does not fit.
  virtual std::expected<void, std::string> link(const jit::Image& image, const jit::Placement& placement,
                                                std::uint8_t* code) = 0;

  /// Whether direct tail calls are patched in place.
  virtual bool patches_sites() const = 0;
  /// Puts a direct site into the state for its slot: `entry` is the landing place of what it holds. `code` is
  /// where the image is written, `function` the address of the function that has the site. `whole`: both
  /// patches; else, of an emptied slot while a run is inside, the bypass alone.
  virtual void patch_site(const jit::Image& image, const jit::ImageSite& site, std::uint64_t function,
                          std::optional<std::uint64_t> entry, std::uint8_t* code, bool whole) = 0;

  /// Bytes of whole instructions that the jump to a detour takes the place of.
  virtual std::uint32_t least_body() const = 0;
  static constexpr std::uint32_t longest_body = 16;
  static constexpr std::size_t detour_size = 96;
  virtual DetourTrap write_detour(const Detour& detour) = 0;
  /// The jump from the body at `from` to the detour.
  virtual void write_jump(std::uint8_t* at, std::uint64_t from, std::uint64_t to) = 0;
};

}  // namespace tailbound::engine::native
