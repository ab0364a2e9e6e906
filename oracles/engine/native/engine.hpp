// A JIT as an engine: compiles, links, patches and runs, on a machine that is this process or a runner. What an
// arch adds is its Target.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "jit/lower/stack_bound.hpp"
#include "oracles/engine/bare_runs.hpp"
#include "oracles/engine/engine.hpp"
#include "oracles/engine/image_source.hpp"
#include "oracles/engine/native/entry_traps.hpp"
#include "oracles/engine/native/machine.hpp"
#include "oracles/engine/native/runtime.hpp"
#include "oracles/engine/native/target.hpp"

namespace tailbound::engine::native {

/// What runs, or why nothing can.
struct MachineOrReason {
  std::unique_ptr<Machine> machine;
  std::string why_not;
};

/// Where code of an arch runs.
struct Place {
  std::function<MachineOrReason()> connect;
  bool emulated = false;
  /// 16-bit blocks in which addresses of data are not 0 (jit::Options::address_blocks).
  std::uint8_t address_blocks = 0b0111;
};

class NativeEngine : public Engine, public ImageSource, public BareRuns {
 public:
  /// Asks the place for its machine when it is first needed. `time_limit`: processor time that one run may
  /// take; zero: no limit (fuel alone ends it).
  NativeEngine(std::unique_ptr<Target> target, Place place, std::chrono::milliseconds time_limit);

  const Identity& identity() const override { return identity_; }
  std::optional<std::string> unavailable() const override;
  std::span<const Observation> run(std::span<const bpf::Lowered> batch) override;
  std::span<const jit::Image> images() const override { return {images_.data(), programs_}; }
  jit::Image compile_afresh(const bpf::Bytecode& program) const override;
  std::optional<std::uint64_t> stack_bound() override;
  std::string prepare(const bpf::Lowered& lowered) override;
  void run_bare() override;

 protected:
  /// Asks for the machine, once; false: why_not_ says why there is none.
  bool connected();
  /// Compiles, places, links and fills the slots.
  bool load(const bpf::Lowered& lowered, std::string& why_not);
  void run_program(const bpf::Lowered& lowered, std::uint16_t program, std::uint64_t fuel, RunObservation& out);
  /// The pointer for indirect sites, and the patches of every direct site of this slot, in all programs.
  void write_slot(std::uint16_t map, std::uint32_t index, std::optional<std::uint16_t> program);
  /// Where a tail call enters what a slot holds.
  std::optional<std::uint64_t> landing_of(std::optional<std::uint16_t> program) const;
  /// Calls `write(image, site, function, code)` for the direct sites of a slot in all programs: `function` is
  /// the address of the one that has the site, `code` where the program's image is written.
  template <class Write>
  void each_direct_site(std::uint16_t map, std::uint32_t index, Write&& write) {
    for (std::size_t p = 0; p < programs_; ++p) {
      for (const jit::ImageSite& site : images_[p].sites) {
        if (site.map != map || site.direct_index != index) continue;
        write(images_[p], site, functions_of(p)[site.function], code_.here + offset_[p]);
      }
    }
  }
  /// After slots have changed: their sites' patches, where the arch has any.
  void publish_patches() {
    if (target_->patches_sites()) machine_->publish(first_free_, next_ - first_free_);
  }

  const bpf::Lowered* lowered_ = nullptr;     // under way
  std::function<MachineOrReason()> connect_;  // empty: it was asked
  std::string why_not_;
  std::unique_ptr<Target> target_;
  std::unique_ptr<Machine> machine_;
  Memory code_;
  std::unique_ptr<EntryTraps> entry_traps_;
  Runtime runtime_;
  TrapHandler* traps_ = nullptr;  // of a disturbed run

 private:
  struct EmptiedSlot {
    std::uint16_t map;
    std::uint32_t index;
  };

  void place_stubs();
  void observe(const bpf::Lowered& lowered, Observation& out);
  void run_events(const bpf::Lowered& lowered, Observation& out);
  void add_run(Observation& out);
  void keep_runs(Observation& out, std::size_t count);
  std::size_t compile_all(const bpf::Lowered& lowered, std::string& why_not);
  bool place(const bpf::Lowered& lowered, std::string& why_not);
  std::span<const std::uint64_t> functions_of(std::size_t program) const {
    return {function_address_.data() + first_function_[program], images_[program].functions.size()};
  }
  void change_during_run(std::uint16_t map, std::uint32_t index, std::optional<std::uint16_t> program);
  bool add_entry_trap(const bpf::Lowered& lowered, const bpf::AtEntry& change);
  std::uint32_t movable_bytes(const bpf::Bytecode& program, const bpf::LoweredFunction& function,
                              const jit::Image& image) const;
  std::optional<Interruption> call_guarded(const bpf::Lowered& lowered);
  void begin_run(const bpf::Lowered& lowered, std::uint16_t program, std::uint64_t fuel);
  void read_end(const std::optional<Interruption>& interrupted, RunObservation& out);

  Identity identity_;
  std::chrono::milliseconds time_limit_;
  bool bounds_stack_;
  Stubs stubs_;
  std::size_t first_free_ = 0;
  std::size_t next_ = 0;
  std::size_t trapped_ = 0;
  std::vector<EmptiedSlot> emptied_;  // during a run: their targets are still to be taken out
  jit::Placement placement_;
  std::size_t programs_ = 0;
  std::vector<jit::Image> images_;
  std::vector<std::size_t> offset_;              // by program, in the code
  std::vector<std::uint64_t> function_address_;  // of all programs
  std::vector<std::size_t> first_function_;      // by program, in function_address_
  std::size_t longest_gap_ = 0;                  // bytes of stack that a frame may leave unwritten
  jit::StackBounds stack_bounds_;
  std::vector<Observation> observations_;
  std::vector<RunObservation> spare_;
};

}  // namespace tailbound::engine::native
