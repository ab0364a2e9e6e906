// Whose images `dump` and `fidelity` read, by the names that --engine takes.
#pragma once

#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "oracles/dump/dump_source.hpp"
#include "oracles/engine/vm/guest_channel.hpp"

namespace tailbound::fuzz {

struct DumpSourceRow {
  std::string_view name;  // ends in ':' where an argument follows
  std::string_view argument;
  /// Whether what follows the name can be one, without making anything; nullptr where nothing follows.
  std::expected<void, std::string> (*check)(std::string_view argument);
  /// `guests` is for those of vm:. Error: why it cannot be had on this machine.
  std::expected<std::unique_ptr<dump::DumpSource>, std::string> (*make)(std::string_view argument,
                                                                        const engine::vm::GuestOptions& guests);
};

/// nullptr: no engine of that name has images.
const DumpSourceRow* find_dump_source(std::string_view name);
/// "kernel or vm:KERNEL" for messages.
std::string dump_source_names();

}  // namespace tailbound::fuzz
