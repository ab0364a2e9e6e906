// The hand-written code round generated code: entry, exit, recovery and helpers. EngineWords' address is built
// into them.
#pragma once

#include <array>
#include <cstdint>

#include "jit/emit/code_buffer.hpp"
#include "jit/lower/options.hpp"
#include "oracles/engine/native/entry_record.hpp"

namespace tailbound::engine::arm64 {

/// Of x19 … x29.
inline constexpr std::array<std::uint64_t, 11> canaries = {
    native::register_canary(19), native::register_canary(20), native::register_canary(21),
    native::register_canary(22), native::register_canary(23), native::register_canary(24),
    native::register_canary(25), native::register_canary(26), native::register_canary(27),
    native::register_canary(28), native::register_canary(29)};

/// `record`: the address of an EntryRecord.
native::Stubs emit_stubs(jit::CodeBuffer& out, std::uint64_t record, const jit::Options& options);

}  // namespace tailbound::engine::arm64
