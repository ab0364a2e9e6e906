// What the commands that read a kernel's images share.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>

#include "fuzz/campaign/dump_sources.hpp"
#include "oracles/fidelity/recognise.hpp"

namespace tailbound::fuzz::cli {

struct ImageOptions {
  std::string engine = "kernel";
  engine::vm::GuestOptions guests;
  std::string scheme;  // empty: the one that the probe's image agrees with most

  void add(CLI::App& command);
};

/// An engine whose images are read, and what it compiles with.
struct ImageSource {
  std::unique_ptr<dump::DumpSource> source;
  std::string kernel;
  std::string machine;
  fidelity::Recognised recognised;
};

/// Complains in one line where there is none; the exit code says whose fault it is.
struct ImageFault {
  bool bad_input = false;
};
std::expected<ImageSource, ImageFault> open_images(const ImageOptions& options);

/// The same engine in a guest of its own whose kernel is hardened. Error: as above.
std::expected<std::unique_ptr<dump::DumpSource>, ImageFault> open_hardened_guest(const ImageOptions& options);

}  // namespace tailbound::fuzz::cli
