#include "oracles/engine/arm64/engine.hpp"

#include "oracles/engine/arm64/target.hpp"
#include "oracles/engine/native/engine.hpp"
#include "oracles/engine/native/places.hpp"

namespace tailbound::engine {

std::unique_ptr<Engine> make_arm64(const ArmSettings& settings) {
  jit::Options options = settings.options;
  const native::Place place = native::place_of("arm64");
  options.address_blocks = place.address_blocks;
  return std::make_unique<native::NativeEngine>(arm64::make_target(*settings.scheme, options), place,
                                                settings.time_limit);
}

}  // namespace tailbound::engine
