// Where generated code runs: in this process, or in a runner's. The engine writes code and data, and reads them
// back; what differs is at which addresses code sees them and who calls it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jit/bpf/lowered.hpp"
#include "jit/image.hpp"
#include "jit/lower/options.hpp"
#include "oracles/engine/native/entry_record.hpp"
#include "oracles/engine/native/guard.hpp"
#include "oracles/engine/native/guarded_stack.hpp"

namespace tailbound::engine::native {

/// Bytes of this process, and where code sees them.
struct Memory {
  std::uint8_t* here = nullptr;
  std::uint64_t address = 0;
  std::size_t size = 0;
};

inline constexpr std::size_t code_size = std::size_t{16} << 20;
inline constexpr std::size_t stack_size = std::size_t{256} << 10;

class Machine {
 public:
  virtual ~Machine() = default;

  virtual Memory code() = 0;  // code_size bytes
  virtual PaintedStack& stack() = 0;
  /// At least `bytes`; less: that is all there is. What was given before is not kept.
  virtual Memory data(std::size_t bytes) = 0;
  virtual EngineWords& words() = 0;
  virtual std::uint64_t words_address() = 0;
  /// Scenarios are written one behind the other up to this offset of the code before the first place is used
  /// again.
  virtual std::size_t ring_size() const = 0;

  /// After writing to the code: it may be run. Callable while a trap is handled.
  virtual void publish(std::size_t offset, std::size_t size) = 0;
  /// What was published from `offset` on will not run again: its place is used anew, from there upwards.
  virtual void recycle(std::size_t offset) = 0;
  /// Runs the entry stub at `enter`; see Guard::call.
  virtual std::optional<Interruption> call(std::uint64_t enter, std::uint64_t recover,
                                           std::chrono::milliseconds limit, TrapHandler* traps) = 0;

  /// Keeps the place of given contexts (bpf::given_context_address) until release_context(). Not empty: why
  /// not.
  virtual std::string_view keep_context(const bpf::GivenContext& context) = 0;
  virtual void release_context() = 0;
  /// The bytes as a run finds them; what lies behind their last page cannot be accessed.
  virtual void fill_context(const bpf::GivenContext& context) = 0;
  virtual void read_context(const bpf::GivenContext& context, std::vector<std::uint8_t>& into) = 0;

  /// Why nothing can be run now; empty: all is well. Asked before each scenario.
  virtual std::string_view trouble() { return {}; }

  /// What this machine's own compiler makes of a program; nothing: it has none but that of this process.
  virtual std::optional<jit::Image> compile(const bpf::Bytecode&, std::string_view /*scheme*/,
                                            const jit::Options&) {
    return std::nullopt;
  }
};

/// Address in the code at which the byte at `offset` runs.
inline std::uint64_t address_in(const Memory& memory, std::size_t offset) { return memory.address + offset; }

}  // namespace tailbound::engine::native
