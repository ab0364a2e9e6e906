// Jobs of one's own on an engine's kernel: programs that no scenario is, images.
#pragma once

#include <expected>
#include <string>

#include "oracles/engine/kernel/job.hpp"

namespace tailbound::engine::kernel {

/// What engines on kernels are besides.
class JobTaker {
 public:
  virtual ~JobTaker() = default;
  /// One answer a job. The error says, in a clause, why there is none.
  virtual std::expected<Reply, std::string> execute(const Request& request) = 0;
  /// The kernel's release, as uname says it; empty where it is not known before the first scenario.
  virtual std::string_view release() const = 0;
};

}  // namespace tailbound::engine::kernel
