// BPF objects for tests: from C by clang, and from instructions by hand.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "jit/bpf/insn.hpp"

namespace tailbound::test {

/// What clang-19 -target bpf -g makes of a file of corpus/objects; a failed expectation and nothing where it
/// fails.
std::vector<std::byte> compiled(std::string_view source);

/// An ELF file as conformance suites write it: one section of code, one function symbol over it, nothing else.
std::vector<std::byte> bare_object(std::span<const bpf::Insn> code, std::string_view section);

}  // namespace tailbound::test
