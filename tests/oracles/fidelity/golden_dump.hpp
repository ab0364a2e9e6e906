// Golden images as dumps: what a kernel would show of them. The ten programs are not changed by their verifiers
// but for the numbers of calls, so the translated program can be written from the loaded one.
#pragma once

#include <string>
#include <vector>

#include "oracles/dump/program_dump.hpp"
#include "tests/support/golden.hpp"

namespace tailbound::test {

/// Slot 0 empty, or holding the program itself. Helpers keep their numbers in place of distances.
dump::ProgramDump dump_of(const GoldenRow& row, bool filled);

/// Instructions that no verifier rewrites, as a kernel shows them: local calls name the function.
std::vector<bpf::Insn> as_shown(const bpf::Bytecode& program);

}  // namespace tailbound::test
