#include "oracles/engine/vm/guest_channel.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>

#include "oracles/engine/vm/console_log.hpp"
#include "oracles/engine/vm/guest.hpp"
#include "oracles/engine/vm/guest_kernel.hpp"
#include "oracles/engine/vm/guest_log.hpp"
#include "oracles/engine/vm/initramfs.hpp"

namespace tailbound::engine::vm {

namespace {

/// Why a guest that runs cannot serve; empty: it can.
std::string why_useless(const Guest& guest) {
  const auto lacks = guest.lacks();
  if (!lacks.empty()) return fmt::format("its kernel lacks {}", fmt::join(lacks, ", "));
  const std::string_view refuses = guest.described("refuses");
  return refuses.empty() ? std::string() : fmt::format("its kernel runs no programs: {}", refuses);
}

class GuestChannel final : public kernel::Channel {
 public:
  GuestChannel(std::string kernel, GuestOptions options)
      : name_(std::move(kernel)), options_(std::move(options)) {}

  std::optional<std::string> unavailable() override {
    if (!why_.empty()) return why_;
    if (owner_ != ::getpid()) start();
    return why_.empty() ? std::nullopt : std::optional(why_);
  }

  std::expected<std::span<const std::uint8_t>, Lost> exchange(std::span<const std::uint8_t> request,
                                                              std::chrono::milliseconds) override {
    if (const auto why = unavailable()) return std::unexpected(Lost{false, end_kind::exit, *why});
    // Fuel ends every run; what else takes long is a verifier under emulation. So the guest's heart is listened
    // to, and the time limit of a run on real hardware is not asked for.
    auto reply = guest_->ask(request);
    if (reply) {
      reply_ = std::move(*reply);
      return reply_;
    }
    owner_ = 0;
    guest_.reset();
    const GuestEnd& end = reply.error();
    return std::unexpected(Lost{false, end.kind, keep(end)});
  }

 private:
  void start() {
    auto booted = boot();
    if (booted) {
      guest_ = std::make_unique<Guest>(std::move(*booted));
      owner_ = ::getpid();
      why_ = why_useless(*guest_);
    } else {
      why_ = booted.error();
    }
  }

  std::expected<Guest, std::string> boot() {
    const auto kernel = provide_guest_kernel(name_, [](const std::string&) {});
    if (!kernel) return std::unexpected(kernel.error());
    const Machine& machine = machine_of(kernel->architecture);
    if (initramfs_.empty()) {
      auto made = make_initramfs(kernel->architecture, kernel->modules);
      if (!made) return std::unexpected(made.error());
      initramfs_ = std::move(*made);
    }
    auto guest = Guest::boot({.machine = &machine,
                              .kernel = kernel->image,
                              .initramfs = initramfs_,
                              .cpu = options_.cpu.empty() ? std::string(machine.fast_cpu) : options_.cpu,
                              .accelerator = options_.accelerator,
                              .hardened = options_.hardened});
    if (guest) return std::move(*guest);
    return std::unexpected(why_no_boot(guest.error(), machine));
  }

  std::string why_no_boot(const GuestEnd& end, const Machine& machine) {
    const auto lacks = lacking(end.console);
    if (!lacks.empty()) return fmt::format("its kernel lacks {}; {}", fmt::join(lacks, ", "), keep(end));
    if (end.console.empty() && end.errors.contains(fmt::format("{}: No such file", machine.qemu)))
      return fmt::format("there is no {}; install {}", machine.qemu, machine.package);
    if (end.console.empty() && !end.errors.empty())
      return fmt::format("QEMU: {}", end.errors.substr(0, end.errors.find('\n')));
    if (end.console.empty())
      return fmt::format(
          "nothing came from its console {} ({}): expected a kernel with {}, and a machine with time for it",
          machine.console, end.detail, machine.console_option);
    return fmt::format("the guest did not boot: {}", keep(end));
  }

  /// The end in words, with the path of the log that was kept of it.
  std::string keep(const GuestEnd& end) const {
    const auto log = write_guest_log(name_, end);
    return fmt::format("{}; {}", end.detail,
                       log ? "console: " + log->string() : "its console could not be kept: " + log.error());
  }

  std::string name_;
  GuestOptions options_;
  std::string initramfs_;
  std::string why_;  // no guest can be had
  std::unique_ptr<Guest> guest_;
  pid_t owner_ = 0;  // whose guest it is: a process that was forked since boots its own
  std::vector<std::uint8_t> reply_;
};

}  // namespace

std::unique_ptr<kernel::Channel> make_guest_channel(std::string kernel, GuestOptions options) {
  return std::make_unique<GuestChannel>(std::move(kernel), std::move(options));
}

}  // namespace tailbound::engine::vm
