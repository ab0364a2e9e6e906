// The options of `tailbound run` that are about BPF objects.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "jit/bpf/object/prepare.hpp"

namespace tailbound::fuzz::cli {

struct ObjectOptions {
  void add(CLI::App& command);
  /// Any of them was given.
  bool given() const;

  std::optional<std::uint64_t> fuel;
  std::optional<std::uint32_t> packet;
  std::string events_file;
  /// The event options in their order, as lines of the text form: "run entry".
  std::vector<std::string> events() const;

 private:
  const CLI::App* command_ = nullptr;
  std::vector<const CLI::Option*> each_;  // of an event
};

}  // namespace tailbound::fuzz::cli
