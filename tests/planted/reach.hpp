// Where a planted fault shows in the machine code, and whether a run came there.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "jit/bpf/lowered.hpp"
#include "jit/image.hpp"
#include "oracles/observation.hpp"

namespace tailbound::planted {

/// Places where two compilations of the same programs differ.
struct Difference {
  std::vector<std::uint32_t> functions;  // ids: prologue, or an instruction that is no tail call
  std::vector<std::uint32_t> sites;      // ids: a tail-call site's code or patch places
  bool landing = false;                  // of any main

  bool empty() const { return functions.empty() && sites.empty() && !landing; }
};

/// Jumps between BPF instructions are not compared: their distances follow what lies between.
Difference difference(const bpf::Lowered& lowered, std::span<const jit::Image> a,
                      std::span<const jit::Image> b);

/// A function of it was entered in a run, or a site attempted; a landing counts where any tail call was
/// attempted.
bool reached(const Difference& difference, const Observation& observed);

/// Everything that an engine shows of a scenario but addresses is the same in both.
bool same_raw(const Observation& a, const Observation& b);

}  // namespace tailbound::planted
