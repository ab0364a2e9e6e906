// The hand-written code round generated code: entry, exit, recovery, helpers and thunks. EngineWords' address
// is built into them.
#pragma once

#include <array>
#include <cstdint>

#include "jit/emit/code_buffer.hpp"
#include "jit/lower/options.hpp"
#include "oracles/engine/native/entry_record.hpp"

namespace tailbound::engine::x86_64 {

/// Of rbx, rbp, r12 … r15.
inline constexpr std::array<std::uint64_t, 6> canaries = {
    native::register_canary(3),  native::register_canary(5),  native::register_canary(12),
    native::register_canary(13), native::register_canary(14), native::register_canary(15)};

/// `record`: the address of an EntryRecord.
native::Stubs emit_stubs(jit::CodeBuffer& out, std::uint64_t record, const jit::Options& options);

}  // namespace tailbound::engine::x86_64
