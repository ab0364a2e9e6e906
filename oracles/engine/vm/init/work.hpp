// What the guest does with a job.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tailbound::engine::vm::init {

class Work {
 public:
  void answer(std::span<const std::uint8_t> job, std::vector<std::uint8_t>& reply);
};

}  // namespace tailbound::engine::vm::init
