// Executes jobs (job.hpp) by bpf(2) in the kernel it runs under: the whole of what a guest's init and the
// engine on the running kernel do with a scenario. System calls and the standard library alone.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "oracles/engine/kernel/fd.hpp"
#include "oracles/engine/kernel/job.hpp"

namespace tailbound::engine::kernel {

class Runner {
 public:
  /// A reply to one whole request message; both stay valid until the next call. Nothing stays open but a BTF
  /// object that the next request may name again.
  std::span<const std::uint8_t> execute(std::span<const std::uint8_t> request);

  /// The same without messages, for who is in the same process.
  const Reply& execute(const Request& request);

 private:
  struct Blob {
    std::vector<std::uint8_t> bytes;
    Fd fd;
    int error = 0;
  };
  void load_blobs(const std::vector<std::vector<std::uint8_t>>& blobs);

  Request request_;
  Reply reply_;
  std::vector<std::uint8_t> bytes_;
  std::vector<Blob> blobs_;
};

/// What keeps this process from loading programs at all: the missing privilege, the setting or the option.
/// Empty: nothing.
std::string why_no_bpf();

}  // namespace tailbound::engine::kernel
