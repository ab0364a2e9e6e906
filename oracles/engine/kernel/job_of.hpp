// A lowered scenario as a job for a runner.
#pragma once

#include <cstdint>
#include <vector>

#include "jit/bpf/lowered.hpp"
#include "oracles/engine/kernel/job.hpp"

namespace tailbound::engine::kernel {

struct JobOptions {
  std::uint32_t want = Job::log;
  bool slots = true;   // the prog_arrays as the scenario starts with them; else empty
  bool events = true;  // the scenario's runs and changes; else it is only loaded
  bool line_info = false;
};

/// The event that a kernel cannot take between runs, as a clause; empty: none.
std::string_view event_without_job(const bpf::Lowered& lowered);

/// Into a job whose buffers are used again. There is no event without a job, or events are not asked for. Maps
/// and programs keep their positions; the BTF blob is the request's first (function_btf).
void fill_job(const bpf::Lowered& lowered, const JobOptions& options, Job& into);

/// BPF_PROG_TYPE_… of a scenario's programs.
std::uint32_t program_type(bpf::ProgType type);
/// One 64-bit word an instruction slot, in the kernel's layout (struct bpf_insn); maps by position.
void kernel_insns(const std::vector<bpf::Insn>& insns, std::vector<std::uint64_t>& into);

}  // namespace tailbound::engine::kernel
