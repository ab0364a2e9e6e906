// Faults planted into images of generated programs, and whether the check of the encoding sees them; for each
// arch.
#pragma once

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <span>
#include <string>
#include <vector>

#include "gen/generate.hpp"
#include "oracles/check/encoding.hpp"

namespace tailbound::test {

inline check::Encoding& encoding() {
  static check::Encoding check;
  return check;
}

/// Of the programs that the seed draws.
template <class Compiler, class Scheme>
std::vector<jit::Image> images_by(std::uint64_t seed, const Scheme& scheme, const jit::Options& options) {
  gen::ByteSource source(seed);
  const bpf::Lowered lowered = bpf::lower(gen::generate(source, {}));
  std::vector<jit::Image> all;
  Compiler compiler;
  for (const bpf::Bytecode& program : lowered.programs) {
    const auto done = compiler.compile(program, scheme, options, all.emplace_back());
    EXPECT_TRUE(done.has_value()) << done.error().text();
    RC_ASSERT(done.has_value());
  }
  return all;
}

/// Puts a fault into an image and says of which kind it must be found; nullptr: this image has no place for it.
struct ImageFault {
  const char* name;
  const char* (*plant)(jit::Image& image);
};

inline void each_fault_is_seen(std::span<const jit::Image> images, std::span<const ImageFault> faults) {
  for (const jit::Image& image : images) {
    for (const ImageFault& fault : faults) {
      jit::Image faulty = image;
      const char* const kind = fault.plant(faulty);
      if (kind == nullptr) continue;
      const Verdict verdict = encoding()(faulty);
      RC_LOG() << fault.name << ": " << verdict.kind << ": " << verdict.detail;
      RC_ASSERT(verdict.broken());
      RC_ASSERT(verdict.property == Property::encoding);
      RC_ASSERT(verdict.kind == kind);
    }
  }
}

/// Each finds a place in some scenario, or that it is seen says nothing of it. `images(n)`: those of seed n.
template <class Images>
void each_fault_finds_a_place(Images&& images, std::span<const ImageFault> faults) {
  std::set<std::string> placed;
  for (std::uint64_t n = 0; n < 50; ++n) {
    for (const jit::Image& image : images(n)) {
      for (const ImageFault& fault : faults) {
        jit::Image faulty = image;
        if (fault.plant(faulty) != nullptr) placed.insert(fault.name);
      }
    }
  }
  EXPECT_EQ(placed.size(), faults.size());
}

}  // namespace tailbound::test
