// Searches for planted faults, each in a process that may die.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "tests/planted/fault.hpp"

namespace tailbound::planted {

/// One campaign against one fault. It ends with the first finding (or the first by `wanted`), or at a limit.
struct Search {
  const Fault* fault = nullptr;
  std::uint64_t seed = 0;
  std::uint64_t scenarios = UINT64_MAX;
  double seconds = 60;      // of generating and judging; the comparison with the sound scheme is not counted
  std::string wanted = {};  // a property; empty: any
  bool compare = false;     // find out where the fault is reached and triggered
};

/// When something was seen first: scenarios judged up to and with it (0: never), and seconds.
struct Sighting {
  std::uint64_t scenarios = 0;
  double seconds = 0;
  explicit operator bool() const { return scenarios != 0; }
};

struct Found {
  Sighting reached;
  Sighting triggered;
  Sighting detected;
  std::string property;         // that detected it
  std::uint64_t scenarios = 0;  // judged
};

/// What `property` says of a process that generated code killed, and of one that a scenario held for ten
/// seconds.
inline constexpr const char* process_died = "process died";
inline constexpr const char* process_hung = "process hung";

/// In the order of the searches, at most `jobs` at once. `progress` is called with the number of those ended.
/// Throws std::runtime_error where the system refuses memory or a process.
std::vector<Found> run(std::span<const Search> searches, unsigned jobs,
                       const std::function<void(std::size_t)>& progress = {});

}  // namespace tailbound::planted
