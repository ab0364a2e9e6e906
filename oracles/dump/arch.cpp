#include "oracles/dump/arch.hpp"

#include "oracles/dump/arches.hpp"

namespace tailbound::dump {

const Arch* find_arch(std::string_view machine) {
  for (const Arch* const arch : {&arch_x86_64(), &arch_arm64()}) {
    if (arch->machine == machine) return arch;
  }
  return nullptr;
}

}  // namespace tailbound::dump
