// The schemes as a table and as a document.
#pragma once

#include <span>
#include <string>

#include "jit/schemes.hpp"
#include "reports/schemes/evidence.hpp"

namespace tailbound::reports {

/// For a terminal: name, arch, meant sound, wild, profile and source of each, its summary below.
std::string scheme_table(std::span<const jit::SchemeView> schemes);

/// docs/schemes.md: each scheme with its steps, verdict and smallest counterexample.
std::string scheme_document(std::span<const jit::SchemeView> schemes, const Evidence& evidence);

}  // namespace tailbound::reports
