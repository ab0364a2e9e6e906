// A scenario's functions and tail-call sites by number, with what features ask of them. Buffers are used again.
#pragma once

#include <cstdint>
#include <vector>

#include "jit/bpf/scenario.hpp"
#include "oracles/observation.hpp"

namespace tailbound::features {

/// Places on axis::tail_calls.
enum class Took : std::uint8_t { no_attempt, refused, taken };

struct FunctionAt {
  const bpf::Function* function = nullptr;
  std::uint32_t first_of_program = 0;
  std::uint32_t first_site = 0;
  std::uint32_t end_site = 0;
  bool main = false;
  bool entered = false;
  Took took = Took::no_attempt;
};

struct SiteAt {
  const bpf::TailCall* call = nullptr;
  bool direct = false;
};

struct Layout {
  std::vector<FunctionAt> functions;          // by id
  std::vector<SiteAt> sites;                  // by id
  std::vector<std::uint32_t> first_function;  // by program

  void read(const bpf::Scenario& scenario, const Observation& seen);

 private:
  void add_sites(const bpf::Scenario& scenario, const bpf::Block& block);
  void add_history(const Observation& seen);
};

}  // namespace tailbound::features
