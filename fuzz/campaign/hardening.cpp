#include "fuzz/campaign/hardening.hpp"

#include <fstream>

namespace tailbound::fuzz {

namespace {

constexpr const char* setting = "/proc/sys/net/core/bpf_jit_harden";

bool write(const std::string& value) {
  std::ofstream file(setting);
  file << value << std::flush;
  return file.good();
}

}  // namespace

std::expected<Hardening, std::string> Hardening::for_everybody() {
  std::ifstream file(setting);
  std::string before;
  if (!(file >> before))
    return std::unexpected(std::string(setting) + ": cannot be read; expected root and CONFIG_BPF_JIT");
  if (!write("2")) return std::unexpected(std::string(setting) + ": cannot be written; expected root");
  return Hardening(before);
}

Hardening::~Hardening() {
  if (before_) write(*before_);
}

}  // namespace tailbound::fuzz
