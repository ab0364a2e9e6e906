// Whether x86-64 functions begin, and tail calls land, on the pads that others count on: no run in a process
// shows it.
#pragma once

#include "jit/image.hpp"
#include "oracles/verdict.hpp"

namespace tailbound::check {

/// Every function begins with the five-byte nop that a trampoline's call replaces; under IBT an endbr64 stands
/// before it, and where a tail call lands in a main (arch/x86/net/bpf_jit_comp.c, emit_prologue).
Verdict entry_pads(const jit::Image& image, bool ibt);

}  // namespace tailbound::check
