// QEMU as a child process with one guest: no network, no disk, no display, no file of its own. It dies with us.
#pragma once

#include <sys/types.h>

#include <expected>
#include <string>
#include <vector>

#include "oracles/engine/kernel/fd.hpp"
#include "oracles/engine/vm/machine.hpp"

namespace tailbound::engine::vm {

using kernel::Fd;

struct GuestMachine {
  const Machine* machine = nullptr;
  std::string kernel;     // path of the image
  std::string initramfs;  // the archive itself
  std::string cpu;        // -cpu
  std::string accelerator = "tcg";
  bool hardened = false;  // net.core.bpf_jit_harden is 2 from the start
  unsigned memory = 256;  // MiB
};

/// The whole command, for a process that inherits these descriptors.
struct Inherited {
  int initramfs, console, jobs, beat, errors;
};
std::vector<std::string> qemu_command(const GuestMachine& guest, const Inherited& inherited);

class Qemu {
 public:
  /// Error: what the system refused.
  static std::expected<Qemu, std::string> start(const GuestMachine& guest);
  Qemu(Qemu&& other) noexcept;
  Qemu& operator=(Qemu&& other) noexcept;
  ~Qemu();

  int jobs() const { return jobs_.get(); }  // our ends of the two ports
  int beat() const { return beat_.get(); }
  pid_t pid() const { return pid_; }
  /// All that the guest's console, or QEMU itself on standard error, has said up to now.
  std::string console() const;
  std::string errors() const;
  /// Kills it, if it has not ended by itself within the time.
  void end(unsigned milliseconds = 0);

 private:
  Qemu() = default;

  Fd jobs_, beat_, console_, errors_;
  pid_t pid_ = -1;
  pid_t owner_ = 0;  // whose child it is; a process that was forked since leaves it alone
};

}  // namespace tailbound::engine::vm
