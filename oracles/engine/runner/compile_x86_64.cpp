#include "jit/x86_64/compiler.hpp"
#include "jit/x86_64/schemes.hpp"
#include "oracles/engine/runner/compile.hpp"

namespace tailbound::engine::runner {

std::string compile(const native::CompileOrder& order, jit::Image& image) {
  const auto* const scheme = x86_64::find_scheme(order.scheme);
  if (scheme == nullptr) return "the runner has no scheme " + order.scheme;
  const auto done = x86_64::Compiler().compile(order.program, *scheme, order.options, image);
  return done ? std::string() : done.error().text();
}

}  // namespace tailbound::engine::runner
