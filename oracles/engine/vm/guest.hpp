// A guest that runs: its boot, its answers, and how it ended.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "oracles/engine/vm/frame.hpp"
#include "oracles/engine/vm/qemu.hpp"

namespace tailbound::engine::vm {

struct GuestEnd {
  std::string_view kind;  // end_kind
  std::string detail;     // one sentence: the console's line, or what we waited for
  std::string console;    // all of it
  std::string errors;     // what QEMU itself complained of
};

struct Patience {
  std::chrono::seconds boot{120};
  std::chrono::seconds answer{120};  // to one job
  std::chrono::seconds beat{
      45};  // without a sign of life: longer than the kernel's own watchdog for soft lockups
};

class Guest {
 public:
  /// Ready for jobs. The error's `kind` is that of the end.
  static std::expected<Guest, GuestEnd> boot(const GuestMachine& machine, const Patience& patience = {});

  /// The reply's payload; the guest has ended where there is none.
  std::expected<std::vector<std::uint8_t>, GuestEnd> ask(std::span<const std::uint8_t> job);

  /// Value of a line of its hello: "release", "version", "machine", "jit".
  std::string_view described(std::string_view key) const;
  /// What init found missing in the kernel.
  std::vector<std::string> lacks() const;
  pid_t pid() const { return qemu_.pid(); }

 private:
  Guest(Qemu qemu, const Patience& patience) : qemu_(std::move(qemu)), patience_(patience) {}

  std::expected<Frame, GuestEnd> receive(FrameKind kind, std::chrono::seconds limit);
  /// Takes what has come. False: the other end is gone.
  bool take_jobs();
  bool take_beat();
  bool send(std::span<const std::uint8_t> bytes);
  GuestEnd gone();
  GuestEnd hangs(std::string detail);

  Qemu qemu_;
  Patience patience_;
  FrameReader frames_;
  std::chrono::steady_clock::time_point last_beat_;
  std::vector<std::uint8_t> out_;
  std::string hello_;
};

}  // namespace tailbound::engine::vm
