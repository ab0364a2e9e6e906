// The guest's /init: tailbound's own runner, fed over virtio-serial. There is nothing else in the guest.
#include <linux/reboot.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <vector>

#include "oracles/engine/kernel/runner.hpp"
#include "oracles/engine/vm/frame.hpp"
#include "oracles/engine/vm/guest_words.hpp"
#include "oracles/engine/vm/init/console.hpp"
#include "oracles/engine/vm/init/kernel_check.hpp"
#include "oracles/engine/vm/init/ports.hpp"

namespace {

using namespace tailbound::engine::vm;

[[noreturn]] void power_off() {
  ::reboot(RB_POWER_OFF);
  for (;;) ::pause();
}

void mount_all() {
  for (const char* const folder : {"/proc", "/sys", "/dev"}) ::mkdir(folder, 0755);
  ::mount("proc", "/proc", "proc", 0, nullptr);
  ::mount("sysfs", "/sys", "sysfs", 0, nullptr);
}

/// A byte a second, from a process of its own: as long as it comes, the kernel schedules.
void start_beat(int port) {
  if (::fork() != 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const char beat = '.';
  while (::write(port, &beat, 1) == 1) ::sleep(1);
  ::_exit(0);
}

bool write_all(int port, const std::vector<std::uint8_t>& bytes) {
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t wrote = ::write(port, bytes.data() + done, bytes.size() - done);
    if (wrote <= 0) return false;
    done += static_cast<std::size_t>(wrote);
  }
  return true;
}

/// Answers until the host goes away.
void serve(int port) {
  FrameReader frames;
  std::vector<std::uint8_t> out;
  std::array<std::uint8_t, 65536> part;
  tailbound::engine::kernel::Runner runner;
  for (;;) {
    while (const auto frame = frames.next()) {
      out.clear();
      append_frame(FrameKind::reply, runner.execute(frame->payload), out);
      if (!write_all(port, out)) return;
    }
    if (frames.garbled()) {
      init::say("what the host sent is garbled");
      return;
    }
    const ssize_t got = ::read(port, part.data(), part.size());
    if (got <= 0) return;
    frames.feed(std::span(part).first(static_cast<std::size_t>(got)));
  }
}

}  // namespace

int main() {
  mount_all();
  init::load_modules();
  init::check_kernel();
  const int jobs = init::wait_for_port(guest_words::jobs_port);
  const int beat = jobs < 0 ? -1 : init::wait_for_port(guest_words::beat_port);
  if (beat < 0) power_off();
  start_beat(beat);
  std::vector<std::uint8_t> hello;
  append_frame(FrameKind::hello, init::description(), hello);
  if (write_all(jobs, hello)) serve(jobs);
  power_off();
}
