#include "oracles/engine/x86_64/engine.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

#include "jit/x86_64/link.hpp"
#include "oracles/engine/disturbance.hpp"
#include "oracles/engine/native/engine.hpp"
#include "oracles/engine/native/local_machine.hpp"
#include "oracles/engine/native/places.hpp"
#include "oracles/engine/x86_64/live_patch.hpp"
#include "oracles/engine/x86_64/target.hpp"

namespace tailbound::engine {

namespace {

using x86_64::LivePatcher;
namespace arch = tailbound::x86_64;

/// Even: no run is inside.
using Epoch = std::atomic<std::uint64_t>;

void wait_until_no_run_is_inside(const Epoch& epoch) {
  const std::uint64_t now = epoch.load(std::memory_order_acquire);
  if (now % 2 == 0) return;
  while (epoch.load(std::memory_order_acquire) == now) std::this_thread::yield();
}

std::optional<std::uint16_t> first_content(const bpf::LoweredMap& map, std::uint32_t index) {
  const auto at = std::find_if(map.slots.begin(), map.slots.end(),
                               [&](const bpf::Slot& slot) { return slot.index == index; });
  return at == map.slots.end() ? std::nullopt : std::optional(at->program);
}

/// In this process, where a second thread can change slots under a run.
class X86Engine final : public native::NativeEngine, public Disturbable {
 public:
  explicit X86Engine(const X86Settings& settings)
      : NativeEngine(x86_64::make_target(*settings.scheme, settings.options), native::place_of("x86_64"),
                     settings.time_limit) {
    connected();
  }

  std::string run_disturbed(const bpf::Lowered& lowered, const Disturbance& disturbance,
                            const std::function<void(const RunObservation&)>& seen,
                            RunObservation& undisturbed) override;

 private:
  void change_live(LivePatcher& patcher, const Epoch& epoch, std::uint16_t map, std::uint32_t index,
                   std::optional<std::uint16_t> program);
};

/// In the kernel's order (kernel/bpf/arraymap.c, prog_array_map_poke_run): the slot, then of a filled one the
/// target before the bypass, of an emptied one the bypass, a grace period, the target.
void X86Engine::change_live(LivePatcher& patcher, const Epoch& epoch, std::uint16_t map, std::uint32_t index,
                            std::optional<std::uint16_t> program) {
  runtime_.set_slot(map, index, program);
  const auto patch_all = [&](std::uint32_t jit::ImageSite::*place, arch::PatchBytes arch::SitePatches::*bytes) {
    each_direct_site(map, index,
                     [&](const jit::Image& image, const jit::ImageSite& site, std::uint64_t function,
                         const std::uint8_t* code) {
                       const auto patch = arch::patches(image, site, function, landing_of(program));
                       patcher.patch(static_cast<std::size_t>(code - code_.here) + site.*place, patch.*bytes);
                     });
  };
  if (program) {
    patch_all(&jit::ImageSite::target, &arch::SitePatches::target);
    patch_all(&jit::ImageSite::bypass, &arch::SitePatches::bypass);
  } else {
    patch_all(&jit::ImageSite::bypass, &arch::SitePatches::bypass);
    wait_until_no_run_is_inside(epoch);
    patch_all(&jit::ImageSite::target, &arch::SitePatches::target);
  }
}

std::string X86Engine::run_disturbed(const bpf::Lowered& lowered, const Disturbance& disturbance,
                                     const std::function<void(const RunObservation&)>& seen,
                                     RunObservation& undisturbed) {
  std::string why = why_not_;
  if (!connected() || !load(lowered, why)) return why;
  if (auto ready = LivePatcher::prepare(); !ready) return ready.error();
  const auto run = std::find_if(lowered.events.begin(), lowered.events.end(),
                                [](const bpf::Event& e) { return std::holds_alternative<bpf::Run>(e); });
  if (run == lowered.events.end()) return "the scenario has no run";
  const std::uint16_t program = std::get<bpf::Run>(*run).program;
  lowered_ = &lowered;
  entry_traps_->clear();
  LivePatcher patcher(dynamic_cast<native::LocalMachine&>(*machine_).executable());
  Epoch epoch{0};
  {
    std::jthread changer([&](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        for (const bpf::SetSlot& change : disturbance.changes) {
          change_live(patcher, epoch, lowered.map_of_array(change.array), change.index, change.program);
        }
      }
    });
    traps_ = &patcher;
    for (std::size_t i = 0; i < disturbance.runs; ++i) {
      ++epoch;
      run_program(lowered, program, lowered.fuel, undisturbed);
      ++epoch;
      seen(undisturbed);
    }
  }
  traps_ = nullptr;
  for (const bpf::SetSlot& change : disturbance.changes) {
    const std::uint16_t map = lowered.map_of_array(change.array);
    write_slot(map, change.index, first_content(lowered.maps[map], change.index));
  }
  publish_patches();
  run_program(lowered, program, lowered.fuel, undisturbed);
  return {};
}

}  // namespace

std::unique_ptr<Engine> make_x86_64(const X86Settings& settings) {
#if defined(__x86_64__)
  return std::make_unique<X86Engine>(settings);
#else
  return make_emulated_x86_64(settings);
#endif
}

std::unique_ptr<Engine> make_emulated_x86_64(const X86Settings& settings) {
  return std::make_unique<native::NativeEngine>(x86_64::make_target(*settings.scheme, settings.options),
                                                native::emulated_place_of("x86_64"), settings.time_limit);
}

}  // namespace tailbound::engine
