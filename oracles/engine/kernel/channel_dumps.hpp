// A kernel behind a channel as a source of images.
#pragma once

#include <memory>
#include <string>

#include "oracles/dump/dump_source.hpp"
#include "oracles/engine/kernel/channel.hpp"

namespace tailbound::engine::kernel {

/// `release` and `machine` are what its dumps are headed with.
std::unique_ptr<dump::DumpSource> channel_dumps(std::unique_ptr<Channel> channel, std::string release,
                                                std::string machine);

}  // namespace tailbound::engine::kernel
