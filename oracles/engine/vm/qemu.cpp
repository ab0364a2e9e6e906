#include "oracles/engine/vm/qemu.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "oracles/engine/vm/guest_words.hpp"

namespace tailbound::engine::vm {

namespace {

/// A panic or an oops ends the guest at once, so that it is not mistaken for a slow one. What costs time under
/// emulation and is nothing to compiled programs is off; what decides how they are compiled (retpolines, return
/// thunks) is as the kernel chooses. Where on its stack a system call starts is not random: a scenario
/// overflows it or does not.
constexpr std::string_view kernel_parameters =
    "loglevel=5 panic=-1 oops=panic softlockup_panic=1 random.trust_cpu=on rdinit=/init "
    "randomize_kstack_offset=off init_on_alloc=0 audit=0 lsm=capability cgroup_disable=memory";

std::string by_descriptor(int descriptor) { return fmt::format("/proc/self/fd/{}", descriptor); }

std::unexpected<std::string> refused(std::string_view what) {
  return std::unexpected(fmt::format("{}: {}", what, std::strerror(errno)));
}

std::string content_of(int file) {
  struct stat status {};
  if (file < 0 || ::fstat(file, &status) != 0) return {};
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  const ssize_t got = ::pread(file, text.data(), text.size(), 0);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

Fd in_memory(const char* name) { return Fd(::memfd_create(name, MFD_CLOEXEC)); }

bool fill(const Fd& file, std::string_view content) {
  while (!content.empty()) {
    const ssize_t wrote = ::write(file.get(), content.data(), content.size());
    if (wrote <= 0) return false;
    content.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return true;
}

struct Pair {
  Fd ours, theirs;
};

std::expected<Pair, std::string> socket_pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return refused("socketpair");
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return Pair{Fd(ends[0]), Fd(ends[1])};
}

void inherit(int descriptor) { ::fcntl(descriptor, F_SETFD, 0); }

[[noreturn]] void become(const std::vector<std::string>& command, const Inherited& inherited, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);
  // An interrupt of the terminal is tailbound's business.
  ::setpgid(0, 0);
  const int nothing = ::open("/dev/null", O_RDWR);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(inherited.errors, STDOUT_FILENO);
  ::dup2(inherited.errors, STDERR_FILENO);
  // Whatever else is open here: a pipe's reader would wait for the guest's end.
  ::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
  for (const int each : {inherited.initramfs, inherited.console, inherited.jobs, inherited.beat}) inherit(each);
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  ::execvp(words[0], words.data());
  ::dprintf(STDERR_FILENO, "%s: %s\n", words[0], std::strerror(errno));
  ::_exit(127);
}

void add_port(std::vector<std::string>& words, std::string_view name, int descriptor) {
  words.insert(words.end(), {"-chardev", fmt::format("socket,id={},fd={}", name, descriptor), "-device",
                             fmt::format("virtserialport,chardev={},name={}", name, name)});
}

}  // namespace

std::vector<std::string> qemu_command(const GuestMachine& guest, const Inherited& inherited) {
  const Machine& machine = *guest.machine;
  std::vector<std::string> words = {
      std::string(machine.qemu),
      "-name",
      "tailbound-guest",
      "-nodefaults",
      "-no-user-config",
      "-display",
      "none",
      "-no-reboot",
      "-machine",
      std::string(machine.board),
      "-accel",
      guest.accelerator,
      "-cpu",
      guest.cpu,
      "-m",
      std::to_string(guest.memory),
      "-smp",
      "1",
      "-sandbox",
      "on,obsolete=deny,elevateprivileges=deny,spawn=deny",
      "-kernel",
      guest.kernel,
      "-initrd",
      by_descriptor(inherited.initramfs),
      "-append",
      fmt::format("console={} {} {}{}", machine.console, kernel_parameters, machine.extra,
                  guest.hardened ? " sysctl.net.core.bpf_jit_harden=2" : ""),
      "-chardev",
      fmt::format("file,id=console,path={}", by_descriptor(inherited.console)),
      "-serial",
      "chardev:console",
      "-device",
      "virtio-serial-pci"};
  add_port(words, guest_words::jobs_port, inherited.jobs);
  add_port(words, guest_words::beat_port, inherited.beat);
  return words;
}

std::expected<Qemu, std::string> Qemu::start(const GuestMachine& guest) {
  auto jobs = socket_pair();
  auto beat = socket_pair();
  if (!jobs || !beat) return std::unexpected(jobs ? beat.error() : jobs.error());
  const Fd initramfs = in_memory("initramfs");
  Qemu qemu;
  qemu.console_ = in_memory("console");
  qemu.errors_ = in_memory("errors");
  if (initramfs.get() < 0 || qemu.console_.get() < 0 || qemu.errors_.get() < 0) return refused("memfd_create");
  if (!fill(initramfs, guest.initramfs)) return refused("initramfs");
  const Inherited inherited{initramfs.get(), qemu.console_.get(), jobs->theirs.get(), beat->theirs.get(),
                            qemu.errors_.get()};
  const std::vector<std::string> command = qemu_command(guest, inherited);
  qemu.owner_ = ::getpid();
  qemu.pid_ = ::fork();
  if (qemu.pid_ == 0) become(command, inherited, qemu.owner_);
  if (qemu.pid_ < 0) return refused("fork");
  qemu.jobs_ = std::move(jobs->ours);
  qemu.beat_ = std::move(beat->ours);
  return qemu;
}

Qemu::Qemu(Qemu&& other) noexcept { *this = std::move(other); }

Qemu& Qemu::operator=(Qemu&& other) noexcept {
  std::swap(jobs_, other.jobs_);
  std::swap(beat_, other.beat_);
  std::swap(console_, other.console_);
  std::swap(errors_, other.errors_);
  std::swap(pid_, other.pid_);
  std::swap(owner_, other.owner_);
  return *this;
}

Qemu::~Qemu() { end(); }

std::string Qemu::console() const { return content_of(console_.get()); }
std::string Qemu::errors() const { return content_of(errors_.get()); }

void Qemu::end(unsigned milliseconds) {
  if (pid_ <= 0 || owner_ != ::getpid()) return;
  for (unsigned i = 0; i < milliseconds / 10; ++i) {
    const pid_t ended = ::waitpid(pid_, nullptr, WNOHANG);
    if (ended == pid_) {
      pid_ = -1;
      return;
    }
    ::usleep(10'000);
  }
  ::kill(pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

}  // namespace tailbound::engine::vm
