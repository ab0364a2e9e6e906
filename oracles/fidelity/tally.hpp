// How many functions agree, and what the others part by.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "oracles/fidelity/examine.hpp"

namespace tailbound::fidelity {

/// All functions that part in one way, and where the first of them is.
struct DifferenceClass {
  std::uint64_t functions = 0;
  std::uint64_t scenario = 0;  // number of the first one's
  std::uint16_t program = 0;
  Difference first;
  std::string insn;  // BPF instruction at that place, as text
};

struct Tally {
  std::uint64_t scenarios = 0;
  std::uint64_t programs = 0;
  std::uint64_t functions = 0;
  std::uint64_t same = 0;
  std::uint64_t not_compiled = 0;  // functions of programs that ours does not compile
  std::uint64_t sites = 0;         // tail-call sites, of which direct
  std::uint64_t direct_sites = 0;
  std::uint64_t slots = 0;    // of translated instructions
  std::uint64_t located = 0;  // of them, those whose address was found in the kernel's image
  std::map<std::string, DifferenceClass> classes;  // by kind; "not compiled: …" among them

  /// A program of scenario number `scenario`. True: a class was seen for the first time.
  bool add(const Examined& examined, std::uint64_t scenario, std::uint16_t program);
};

}  // namespace tailbound::fidelity
