// The way to the runner in a guest: boots one when there is something to do, another one after it was lost.
#pragma once

#include <memory>
#include <string>

#include "oracles/engine/kernel/channel.hpp"

namespace tailbound::engine::vm {

struct GuestOptions {
  std::string cpu;                  // QEMU's -cpu; empty: the fastest (machine.hpp)
  std::string accelerator = "tcg";  // QEMU's -accel
  bool hardened = false;            // its net.core.bpf_jit_harden is 2
};

/// `kernel`: what stands after "vm:". Downloads and boots at the first exchange, or when asked whether it can.
std::unique_ptr<kernel::Channel> make_guest_channel(std::string kernel, GuestOptions options);

}  // namespace tailbound::engine::vm
