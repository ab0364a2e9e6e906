// bpf(2): one function a command, errno on failure. Without libbpf, so that a guest's init is small and static.
#pragma once

#include <linux/bpf.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "oracles/engine/kernel/fd.hpp"
#include "oracles/engine/kernel/job.hpp"

namespace tailbound::engine::kernel {

/// -1 and errno, as the system call says.
int bpf_call(enum bpf_cmd command, union bpf_attr& attributes);

/// `btf`: a descriptor, or -1.
Fd create_map(const JobMap& map, int btf = -1);
/// `log` empty: none is asked for. `maps` and `btf` are descriptors; instructions have descriptors already.
Fd load_program(const JobProgram& program, std::span<const std::uint64_t> insns, int btf, std::span<char> log);
Fd load_btf(std::span<const std::uint8_t> blob);

bool update_map(int map, const void* key, const void* value);
bool look_up(int map, const void* key, void* value);
bool delete_key(int map, const void* key);

struct TestRun {
  std::uint32_t return_value = 0;
  std::uint32_t nanoseconds = 0;
};
bool test_run(int program, std::span<const std::uint8_t> packet, std::uint32_t repeat, TestRun& seen);

}  // namespace tailbound::engine::kernel
