#include "oracles/engine/vm/init/kernel_check.hpp"

#include <fcntl.h>
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "oracles/engine/kernel/runner.hpp"
#include "oracles/engine/vm/guest_words.hpp"
#include "oracles/engine/vm/init/console.hpp"

namespace tailbound::engine::vm::init {

namespace {

constexpr const char* jit_switch = "/proc/sys/net/core/bpf_jit_enable";

std::string read_text(const char* path) {
  char text[64] = {};
  const int file = ::open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  const ssize_t got = ::read(file, text, sizeof text - 1);
  ::close(file);
  return {text, got > 0 ? std::strcspn(text, "\n") : 0};
}

bool write_text(const char* path, const char* text) {
  const int file = ::open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return false;
  const bool written = ::write(file, text, std::strlen(text)) > 0;
  ::close(file);
  return written;
}

void check_jit() {
  if (::access("/proc/sys/net/core", F_OK) != 0) {
    say("%sCONFIG_NET (no /proc/sys/net)", guest_words::lacks);
  } else if (::access(jit_switch, F_OK) != 0) {
    say("%sCONFIG_BPF_JIT (no %s)", guest_words::lacks, jit_switch);
  } else if (read_text(jit_switch) == "0" && !write_text(jit_switch, "1")) {
    say("%sits BPF compiler: %s is 0 and cannot be set: %s", guest_words::lacks, jit_switch,
        std::strerror(errno));
  }
}

}  // namespace

void check_kernel() {
  // Without any argument: EINVAL, or ENOSYS where the call does not exist.
  if (::syscall(SYS_bpf, BPF_MAP_CREATE, nullptr, 0) < 0 && errno == ENOSYS)
    say("%sCONFIG_BPF_SYSCALL (bpf: %s)", guest_words::lacks, std::strerror(errno));
  else check_jit();
  // A warning of the kernel during a run is a finding.
  write_text("/proc/sys/kernel/panic_on_warn", "1");
}

std::vector<std::uint8_t> description() {
  utsname system{};
  ::uname(&system);
  std::string text = std::string("release ") + system.release + "\nversion " + system.version + "\nmachine " +
                     system.machine + "\njit " + read_text(jit_switch) + "\n";
  if (const std::string why = kernel::why_no_bpf(); !why.empty()) text += "refuses " + why + "\n";
  return {text.begin(), text.end()};
}

}  // namespace tailbound::engine::vm::init
