// What one wrong step shows may differ by what stands beside it: symptoms of one family, and which of them says
// more.
#pragma once

#include <vector>

#include "oracles/verdict.hpp"

namespace tailbound {

/// Both broken, of the same property and class.
bool same_class(const Verdict& a, const Verdict& b);

/// Whether `now` still shows what `before` did: the same class, or one of its family that says at least as
/// much. Families: more tail calls than allowed (attempts, calls taken, the bound), fewer of them, words
/// destroyed that are not the program's (registers, stack, the way back). A run that is over 33 also makes more
/// than the model, so that a reduction may go from the second to the first, and never back.
bool still_shows(const Verdict& now, const Verdict& before);

/// The properties that verdicts which still show it may name.
std::vector<Property> shown_by(const Verdict& verdict);

}  // namespace tailbound
