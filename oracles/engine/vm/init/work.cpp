#include "oracles/engine/vm/init/work.hpp"

namespace tailbound::engine::vm::init {

void Work::answer(std::span<const std::uint8_t> job, std::vector<std::uint8_t>& reply) {
  reply.assign(job.begin(), job.end());
}

}  // namespace tailbound::engine::vm::init
