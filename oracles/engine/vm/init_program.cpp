#include "oracles/engine/vm/init_program.hpp"

#include <fmt/format.h>

// CMake says where the programs lie: TAILBOUND_INIT_AMD64 and TAILBOUND_INIT_ARM64, or why there is none.
#define TAILBOUND_EMBED(NAME, PATH)                \
  __asm__(                                         \
      ".pushsection .rodata\n.balign 16\n"         \
      "tailbound_" NAME "_begin:\n.incbin \"" PATH \
      "\"\n"                                       \
      "tailbound_" NAME "_end:\n.byte 0\n.popsection\n")

#ifdef TAILBOUND_INIT_AMD64
TAILBOUND_EMBED("init_amd64", TAILBOUND_INIT_AMD64);
extern "C" const char tailbound_init_amd64_begin[], tailbound_init_amd64_end[];
#endif
#ifdef TAILBOUND_INIT_ARM64
TAILBOUND_EMBED("init_arm64", TAILBOUND_INIT_ARM64);
extern "C" const char tailbound_init_arm64_begin[], tailbound_init_arm64_end[];
#endif

namespace tailbound::engine::vm {

namespace {

[[maybe_unused]] std::unexpected<std::string> missing(std::string_view architecture, std::string_view why) {
  return std::unexpected(
      fmt::format("{} guests are unavailable: this build has no init for them, because {}", architecture, why));
}

}  // namespace

std::expected<std::string_view, std::string> init_program(Architecture architecture) {
  switch (architecture) {
    case Architecture::amd64:
#ifdef TAILBOUND_INIT_AMD64
      return std::string_view(tailbound_init_amd64_begin, tailbound_init_amd64_end);
#else
      return missing("amd64", TAILBOUND_NO_INIT_AMD64);
#endif
    case Architecture::arm64:
#ifdef TAILBOUND_INIT_ARM64
      return std::string_view(tailbound_init_arm64_begin, tailbound_init_arm64_end);
#else
      return missing("arm64", TAILBOUND_NO_INIT_ARM64);
#endif
  }
  return {};
}

}  // namespace tailbound::engine::vm
