// A BPF object through the engines.
#pragma once

#include <optional>
#include <string>

#include "fuzz/campaign/engines.hpp"
#include "fuzz/cli/cli.hpp"
#include "fuzz/cli/object_options.hpp"
#include "jit/bpf/object/prepare.hpp"
#include "oracles/check/oracle_set.hpp"

namespace tailbound::fuzz::cli {

/// Begins as ELF files do. False for what cannot be read: who reads it as something else says so.
bool is_object_file(const std::string& path);

/// With the events that the options give; without any, its only program or the one named `entry` is run.
/// Complains in one line, with section, symbol and offset.
std::optional<bpf::PreparedObject> load_object(const std::string& path, const ObjectOptions& options);

/// Runs and judges it, and prints what it showed.
Exit judge_object(bpf::PreparedObject& object, const EngineChoice& choice, OracleSet set,
                  const std::string& path, bool json);

}  // namespace tailbound::fuzz::cli
