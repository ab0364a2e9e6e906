// net.core.bpf_jit_harden of the running kernel, changed for a while.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <utility>

namespace tailbound::fuzz {

/// While it lives the running kernel blinds constants of every program that it loads, whoever loads it.
class Hardening {
 public:
  /// Error: why the setting cannot be read or written.
  static std::expected<Hardening, std::string> for_everybody();
  Hardening(Hardening&& other) noexcept : before_(std::exchange(other.before_, std::nullopt)) {}
  Hardening& operator=(Hardening&&) = delete;
  ~Hardening();

 private:
  explicit Hardening(std::string before) : before_(std::move(before)) {}

  std::optional<std::string> before_;  // what it is put back to
};

}  // namespace tailbound::fuzz
