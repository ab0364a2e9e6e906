// Bytecode as rows of C, the text of each instruction beside it. Stretches that every function has are macros.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "jit/bpf/lowered.hpp"
#include "jit/bpf/scenario.hpp"

namespace tailbound::reports {

/// The macros that the rows use: I, MAP, VALUE, ENTER, COUNT. ENTER is taken from a lowered function, so it
/// says what the lowering says.
std::string row_macros(const bpf::Scenario& scenario, const bpf::Lowered& lowered);

/// `static struct bpf_insn pN[] = {…};` for program number N.
std::string program_rows(const bpf::Scenario& scenario, const bpf::Lowered& lowered, std::uint16_t program);

/// Words of the ledger as `enum` names: what COUNT and main name them by.
std::string ledger_names(const bpf::Lowered& lowered);

}  // namespace tailbound::reports
