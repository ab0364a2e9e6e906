// What a runner read of loaded programs, as dumps.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>

#include "oracles/dump/dump_source.hpp"
#include "oracles/engine/kernel/job.hpp"

namespace tailbound::engine::kernel {

/// Of any program. Error: the kernel shows nothing to this user.
std::expected<dump::ProgramDump, std::string> dump_of(const JobImage& image);

/// `program` was loaded with func_info and line_info (btf.hpp) and uses maps of `lowered`.
std::expected<dump::ProgramDump, std::string> dump_of(const JobImage& image, const bpf::Lowered& lowered,
                                                      std::uint16_t program);

/// Of a program that somebody else loaded into the running kernel, by the number that the kernel gave it.
std::expected<dump::ScenarioDump, std::string> dump_program(std::uint32_t id);

/// The running kernel; loading only. Error: why this machine or this user may load nothing.
std::expected<std::unique_ptr<dump::DumpSource>, std::string> running_kernel_dumps();

}  // namespace tailbound::engine::kernel
