#include "jit/lower/walk.hpp"

namespace tailbound::jit {

bool is_known_helper(std::int32_t number) {
  return number == static_cast<std::int32_t>(bpf::Helper::lookup) ||
         number == static_cast<std::int32_t>(bpf::Helper::update) ||
         number == static_cast<std::int32_t>(bpf::Helper::time) ||
         number == static_cast<std::int32_t>(bpf::Helper::random);
}

}  // namespace tailbound::jit
