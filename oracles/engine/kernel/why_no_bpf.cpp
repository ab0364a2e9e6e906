// Why this process can load no programs: each requirement on its own, so that the missing one is named.
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>

#include "oracles/engine/kernel/runner.hpp"
#include "oracles/engine/kernel/syscall.hpp"

namespace tailbound::engine::kernel {

namespace {

/// Absent files are absent settings.
std::optional<int> setting(const char* path) {
  std::FILE* const file = std::fopen(path, "re");
  if (file == nullptr) return std::nullopt;
  int value = 0;
  const bool read = std::fscanf(file, "%d", &value) == 1;
  std::fclose(file);
  return read ? std::optional(value) : std::nullopt;
}

std::string error_text(int error) {
  return std::string(std::strerror(error)) + " (" + std::to_string(error) + ")";
}

std::string why_refused(std::string_view what, int error) {
  std::string why = "bpf(2) refuses " + std::string(what) + ": " + error_text(error);
  if (error == ENOSYS) return "the kernel has no bpf(2): it wants CONFIG_BPF_SYSCALL";
  if (error == EPERM || error == EACCES)
    why += "; it wants CAP_BPF and CAP_NET_ADMIN (root), and no seccomp filter on bpf";
  return why;
}

/// r0 = 0; exit
constexpr std::array<std::uint64_t, 2> smallest_program = {0xb7, 0x95};

}  // namespace

std::string why_no_bpf() {
  if (setting("/proc/sys/net/core/bpf_jit_enable") == 0) {
    return "net.core.bpf_jit_enable is 0: the kernel does not compile BPF; expected 1";
  }
  JobMap map;
  map.type = BPF_MAP_TYPE_PROG_ARRAY;
  map.value_size = 4;
  if (const Fd fd = create_map(map); fd.get() < 0) return why_refused("a prog_array", errno);
  JobProgram program;
  program.type = BPF_PROG_TYPE_SCHED_CLS;
  const Fd loaded = load_program(program, smallest_program, -1, {});
  if (loaded.get() < 0) return why_refused("a program of type sched_cls", errno);
  TestRun seen;
  const std::array<std::uint8_t, 64> packet{};
  if (!test_run(loaded.get(), packet, 1, seen)) return why_refused("BPF_PROG_TEST_RUN", errno);
  return {};
}

}  // namespace tailbound::engine::kernel
