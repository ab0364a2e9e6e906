// The engines that a command may name: a new one is a row here.
#include <array>

#include "fuzz/campaign/engines.hpp"
#include "jit/x86_64/schemes.hpp"
#include "oracles/engine/kernel/kernel_engine.hpp"
#include "oracles/engine/vm/engine.hpp"
#include "oracles/engine/vm/guest_kernel.hpp"
#include "oracles/engine/x86_64/engine.hpp"

namespace tailbound::fuzz {

namespace {

std::unique_ptr<engine::Engine> interpreter(std::string_view, const EngineChoice& choice) {
  return engine::make_interpreter(*x86_64::find_scheme(choice.scheme)->identity.profile);
}

std::unique_ptr<engine::Engine> native_x86_64(std::string_view, const EngineChoice& choice) {
  return engine::make_x86_64(
      {.scheme = x86_64::find_scheme(choice.scheme), .options = {}, .time_limit = choice.time_limit});
}

std::unique_ptr<engine::Engine> running_kernel(std::string_view, const EngineChoice& choice) {
  return engine::kernel::make_running_kernel(choice.time_limit);
}

std::unique_ptr<engine::Engine> guest(std::string_view kernel, const EngineChoice& choice) {
  return engine::vm::make_guest_engine(kernel, choice.guests);
}

std::expected<void, std::string> prepare_guest(std::string_view kernel, const EngineChoice& choice, const Tell& tell) {
  return engine::vm::prepare_guest(kernel, choice.guests, tell);
}

constexpr std::array rows = {
    EngineRow{"interpreter", "", "reads the bytecode on its own, under the profile of the scheme", interpreter},
    EngineRow{"x86_64", "", "the JIT under --scheme, native in this process", native_x86_64},
    EngineRow{"kernel", "", "the running kernel by bpf(2): scenarios that need at most 8 KiB of its stack",
              running_kernel},
    EngineRow{"vm:", "KERNEL",
              "a kernel in a QEMU guest: debian-6.1-amd64, debian-6.12-arm64 and the like (=VERSION pins one), or the "
              "path of a bzImage or Image",
              guest, engine::vm::check_guest_kernel, prepare_guest, std::chrono::seconds(150)},
};

}  // namespace

std::span<const EngineRow> engine_rows() { return rows; }

}  // namespace tailbound::fuzz
