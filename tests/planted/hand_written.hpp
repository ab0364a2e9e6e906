// The hand-written faults, a file for each part of a function; hand_written() is all of them.
#pragma once

#include <utility>
#include <vector>

#include "jit/x86_64/steps.hpp"
#include "tests/planted/fault.hpp"

namespace tailbound::planted {

// What the files are written with.
using namespace x86_64;  // NOLINT: registers and steps, in the few files that include this

/// The step of this name that a sound scheme has.
Step original(std::string_view base, std::string_view place, std::string_view step);

void add_prologue_faults(std::vector<Fault>& faults);
void add_landing_faults(std::vector<Fault>& faults);
void add_call_faults(std::vector<Fault>& faults);
void add_count_faults(std::vector<Fault>& faults);
void add_index_faults(std::vector<Fault>& faults);
void add_refusal_faults(std::vector<Fault>& faults);
void add_leaving_faults(std::vector<Fault>& faults);
void add_arm64_faults(std::vector<Fault>& faults);

}  // namespace tailbound::planted
