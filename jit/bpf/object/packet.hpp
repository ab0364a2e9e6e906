// Reads of the packet by the old instructions that only socket buffers know (RFC 9669 section 5.5, LD_ABS and
// LD_IND).
#pragma once

#include <cstdint>
#include <expected>
#include <optional>

#include "jit/bpf/error.hpp"
#include "jit/bpf/object/object.hpp"

namespace tailbound::bpf::object {

bool is_packet_read(const Insn& insn);

/// Replaces them by reads of map number `map` (in Lowered::maps), whose one value holds the packet of `bytes`
/// bytes, so that every engine has them alike. Read outside the packet, the function returns 0, as in a kernel.
/// The number of reads that were replaced.
std::expected<std::size_t, InsnError> replace_packet_reads(ObjectProgram& program, std::uint16_t map,
                                                           std::uint32_t bytes);

}  // namespace tailbound::bpf::object
