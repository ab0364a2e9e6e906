#include "fuzz/cli/image_options.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "fuzz/cli/cli.hpp"

namespace tailbound::fuzz::cli {

namespace {

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

std::unexpected<ImageFault> could_not(const std::string& message) {
  complain(message);
  return std::unexpected(ImageFault{});
}

/// A scheme that was asked for by name takes the place of the one that was recognised.
bool take_scheme(const std::string& wanted, fidelity::Recognised& recognised) {
  if (wanted.empty()) return true;
  const auto& schemes = recognised.arch->schemes;
  const auto found = std::ranges::find(schemes, wanted);
  if (found != schemes.end()) {
    recognised.scheme = *found;
    return true;
  }
  std::string names;
  for (const std::string_view scheme : schemes) names += (names.empty() ? "" : ", ") + std::string(scheme);
  complain(fmt::format("unknown scheme '{}'; expected one that kernels have had: {}", wanted, names));
  return false;
}

/// `row` is that of options.engine.
std::expected<std::unique_ptr<dump::DumpSource>, ImageFault> make_source(
    const DumpSourceRow& row, const ImageOptions& options, const engine::vm::GuestOptions& guests) {
  auto source = row.make(std::string_view(options.engine).substr(row.name.size()), guests);
  if (!source) return could_not(fmt::format("{}: {}", options.engine, first_line(source.error())));
  return std::move(*source);
}

}  // namespace

void ImageOptions::add(CLI::App& command) {
  command.add_option("--engine", engine, "whose images: " + dump_source_names())->capture_default_str();
  add_guest_options(command, guests);
  command.add_option("--scheme", scheme, "what ours are made with; default: what the kernel is recognised by");
}

std::expected<ImageSource, ImageFault> open_images(const ImageOptions& options) {
  const DumpSourceRow* const row = find_dump_source(options.engine);
  if (row == nullptr) {
    complain(fmt::format("unknown engine '{}'; expected {}", options.engine, dump_source_names()));
    return std::unexpected(ImageFault{.bad_input = true});
  }
  const std::string_view argument = std::string_view(options.engine).substr(row->name.size());
  if (row->check != nullptr) {
    if (const auto valid = row->check(argument); !valid) {
      complain(fmt::format("{}: {}", options.engine, first_line(valid.error())));
      return std::unexpected(ImageFault{.bad_input = true});
    }
  }
  auto source = make_source(*row, options, options.guests);
  if (!source) return std::unexpected(source.error());
  const auto probed = (*source)->dump(fidelity::probe(), false);
  if (!probed) return could_not(fmt::format("{}: the probe: {}", options.engine, first_line(probed.error())));
  auto recognised = fidelity::recognise(*probed);
  if (!recognised) return could_not(fmt::format("{}: {}", options.engine, recognised.error()));
  if (!take_scheme(options.scheme, *recognised)) return std::unexpected(ImageFault{.bad_input = true});
  return ImageSource{.source = std::move(*source),
                     .kernel = probed->kernel,
                     .machine = probed->machine,
                     .recognised = *recognised};
}

std::expected<std::unique_ptr<dump::DumpSource>, ImageFault> open_hardened_guest(const ImageOptions& options) {
  engine::vm::GuestOptions guests = options.guests;
  guests.hardened = true;
  return make_source(*find_dump_source(options.engine), options, guests);
}

}  // namespace tailbound::fuzz::cli
