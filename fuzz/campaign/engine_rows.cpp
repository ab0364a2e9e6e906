// The engines that a command may name: a new one is a row here.
#include <array>

#include "fuzz/campaign/engines.hpp"
#include "jit/x86_64/schemes.hpp"
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

constexpr std::array rows = {
    EngineRow{"interpreter", "", "reads the bytecode on its own, under the profile of the scheme", interpreter},
    EngineRow{"x86_64", "", "the JIT under --scheme, native in this process", native_x86_64},
};

}  // namespace

std::span<const EngineRow> engine_rows() { return rows; }

}  // namespace tailbound::fuzz
