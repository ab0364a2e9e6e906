// Whether functions begin, and tail calls land, on the pads that others count on: no run in a process shows it.
#pragma once

#include <string_view>

#include "jit/image.hpp"
#include "oracles/verdict.hpp"

namespace tailbound::check {

/// x86-64: every function begins with the five-byte nop that a trampoline's call replaces; under IBT an endbr64
/// stands before it, and where a tail call lands in a main (arch/x86/net/bpf_jit_comp.c, emit_prologue). arm64:
/// `mov x9, x30; nop`, under BTI `bti jc` before and `bti j` where a tail call lands, under PAC `paciasp`
/// behind (arch/arm64/net/bpf_jit_comp.c, build_prologue). `options` as an engine's identity has them.
Verdict entry_pads(const jit::Image& image, std::string_view options);

}  // namespace tailbound::check
