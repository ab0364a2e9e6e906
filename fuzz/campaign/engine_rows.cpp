// The engines that a command may name: a new one is a row here.
#include <array>

#include "fuzz/campaign/engines.hpp"
#include "fuzz/campaign/schemes.hpp"
#include "jit/arm64/schemes.hpp"
#include "jit/x86_64/schemes.hpp"
#include "oracles/engine/arm64/engine.hpp"
#include "oracles/engine/kernel/kernel_engine.hpp"
#include "oracles/engine/unavailable.hpp"
#include "oracles/engine/vm/engine.hpp"
#include "oracles/engine/vm/guest_kernel.hpp"
#include "oracles/engine/x86_64/engine.hpp"

namespace tailbound::fuzz {

namespace {

std::unique_ptr<engine::Engine> interpreter(std::string_view, const EngineChoice& choice) {
  return engine::make_interpreter(*find_scheme(choice.scheme)->identity.profile);
}

/// The JIT of an arch, by its `make`; without the scheme it is unavailable.
template <class Scheme, class Make>
std::unique_ptr<engine::Engine> jit_engine(std::string_view arch, const Scheme* scheme,
                                           const EngineChoice& choice, Make make) {
  if (scheme != nullptr) return make({.scheme = scheme, .options = {}, .time_limit = choice.time_limit});
  return engine::make_unavailable({.name = std::string(arch),
                                   .scheme = choice.scheme,
                                   .options = {},
                                   .profile = find_scheme(choice.scheme)->identity.profile},
                                  "the JIT of " + std::string(arch) + " has no scheme " + choice.scheme);
}

std::unique_ptr<engine::Engine> jit_x86_64(std::string_view, const EngineChoice& choice) {
  return jit_engine("x86_64", x86_64::find_scheme(choice.scheme), choice, engine::make_x86_64);
}
bool has_x86_64(std::string_view scheme) { return x86_64::find_scheme(scheme) != nullptr; }

std::unique_ptr<engine::Engine> jit_arm64(std::string_view, const EngineChoice& choice) {
  return jit_engine("arm64", arm64::find_scheme(choice.scheme), choice, engine::make_arm64);
}
bool has_arm64(std::string_view scheme) { return arm64::find_scheme(scheme) != nullptr; }

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
    EngineRow{"x86_64", "", "the x86-64 JIT under --scheme: native, on other machines under qemu-x86_64",
              jit_x86_64, nullptr, has_x86_64},
    EngineRow{"arm64", "", "the arm64 JIT under --scheme: native, on other machines under qemu-aarch64",
              jit_arm64, nullptr, has_arm64},
    EngineRow{"kernel", "", "the running kernel by bpf(2): scenarios that need at most 8 KiB of its stack",
              running_kernel},
    EngineRow{"vm:", "KERNEL",
              "a kernel in a QEMU guest: debian-6.1-amd64, debian-6.12-arm64 and the like (=VERSION pins one), or the "
              "path of a bzImage or Image",
              guest, engine::vm::check_guest_kernel, nullptr, prepare_guest, std::chrono::seconds(150)},
};

}  // namespace

std::span<const EngineRow> engine_rows() { return rows; }

}  // namespace tailbound::fuzz
