// The schemes of both arches, for what does not care which JIT emits them.
#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string_view>

#include "jit/bpf/error.hpp"
#include "jit/lower/scheme_view.hpp"

namespace tailbound::jit {

/// "x86_64", "arm64"
std::string_view name_of(Arch arch);
std::optional<Arch> find_arch(std::string_view name);

/// All; of one arch.
std::span<const SchemeView> all_schemes();
std::span<const SchemeView> schemes_of(Arch arch);
/// nullptr when the arch has none of that name.
const SchemeView* find_scheme(Arch arch, std::string_view name);

/// The same by the name of an arch, as engines are called; nullptr also where there is no such arch.
const SchemeView* find_scheme(std::string_view arch, std::string_view name);

/// By a new compiler. Error: the first instruction that the JIT does not compile.
std::expected<void, bpf::InsnError> compile(const SchemeView& scheme, const bpf::Bytecode& program,
                                            const Options& options, Image& image);

}  // namespace tailbound::jit
