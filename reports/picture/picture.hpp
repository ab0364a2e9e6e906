// What `tailbound show` draws: who calls whom, where tail calls lead, and what lies on the machine stack.
// Counts are the model's, summed over all runs.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "jit/bpf/scenario.hpp"
#include "jit/schemes.hpp"

namespace tailbound::reports {

struct Picture {
  struct Call {
    std::uint32_t callee = 0;  // function id
    std::uint32_t times = 0;   // statements
  };
  struct Function {
    std::string name;  // its own, without the program's
    std::uint16_t program = 0;
    bool main = false;
    std::uint64_t entries = 0;
    std::uint32_t stack = 0;  // bytes of BPF stack
    std::uint32_t bytes = 0;  // of machine stack, return address included
    std::string count;        // where the count lies in its frame, in words
    std::vector<Call> calls;
  };
  /// One way that a tail call may go: a site and what it found behind an index.
  struct Way {
    std::uint32_t site = 0;
    std::uint32_t function = 0;  // that tail-calls
    std::string slot;            // "jmp_table[0]"; "jmp_table[?]" for an index that no run computed
    bool direct = false;
    std::optional<std::uint32_t> target;  // function id of a main
    bool in_range = true;
    std::uint64_t taken = 0, at_limit = 0, empty = 0, out_of_range = 0;
  };
  /// What stays on the machine stack under a tail call, where the path to it is the longest.
  struct Live {
    std::uint32_t function = 0;        // that tail-calls; its own frame goes
    std::vector<std::uint32_t> below;  // function ids, outermost first
    std::uint64_t bytes = 0;           // of those
  };

  std::string scheme;
  std::size_t programs = 0;
  std::size_t runs = 0;
  std::vector<Function> functions;                          // by id
  std::vector<std::uint32_t> mains;                         // by program
  std::vector<Way> ways;                                    // by site
  std::vector<Live> live;                                   // by function that tail-calls
  std::vector<std::pair<std::string, std::string>> arrays;  // "jmp_table[2]" and its slots at the start

  std::uint64_t taken() const;
  std::uint64_t refused() const;
};

Picture picture_of(const bpf::Scenario& scenario, const jit::SchemeView& scheme);

/// At most 110 columns wide, whatever the names are.
std::string text_of(const Picture& picture);

/// Graphviz' language: calls solid, tail calls dashed, what is empty or out of range grey.
std::string dot_of(const Picture& picture);

/// Runs Graphviz' `dot`. Error: one line, e.g. that it is not installed.
std::expected<std::string, std::string> svg_of(const std::string& dot);

// What text and dot share.
std::string shortened(const std::string& name, std::size_t most);
/// "33 taken, 35 at the limit"; "never tried".
std::string outcome_of(const Picture::Way& way);

}  // namespace tailbound::reports
