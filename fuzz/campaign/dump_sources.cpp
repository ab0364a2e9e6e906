#include "fuzz/campaign/dump_sources.hpp"

#include <fmt/format.h>

#include <array>

#include "oracles/engine/kernel/channel_dumps.hpp"
#include "oracles/engine/kernel/dump_of.hpp"
#include "oracles/engine/vm/guest_kernel.hpp"

namespace tailbound::fuzz {

namespace {

std::expected<std::unique_ptr<dump::DumpSource>, std::string> running(std::string_view,
                                                                      const engine::vm::GuestOptions&) {
  return engine::kernel::running_kernel_dumps();
}

/// Boots at the first dump.
std::expected<std::unique_ptr<dump::DumpSource>, std::string> guest(std::string_view argument,
                                                                    const engine::vm::GuestOptions& guests) {
  const auto kernel = engine::vm::provide_guest_kernel(
      argument, [](const std::string& line) { fmt::print(stderr, "{}\n", line); });
  if (!kernel) return std::unexpected(kernel.error());
  const std::string machine(engine::vm::machine_of(kernel->architecture).utsname);
  return engine::kernel::channel_dumps(engine::vm::make_guest_channel(std::string(argument), guests),
                                       kernel->release, machine);
}

constexpr std::array rows = {
    DumpSourceRow{"kernel", "", nullptr, running},
    DumpSourceRow{"vm:", "KERNEL", engine::vm::check_guest_kernel, guest},
};

}  // namespace

const DumpSourceRow* find_dump_source(std::string_view name) {
  for (const DumpSourceRow& row : rows) {
    if (row.name.ends_with(':') ? name.starts_with(row.name) : name == row.name) return &row;
  }
  return nullptr;
}

std::string dump_source_names() {
  std::string names;
  for (const DumpSourceRow& row : rows) {
    if (!names.empty()) names += " or ";
    names += std::string(row.name) + std::string(row.argument);
  }
  return names;
}

}  // namespace tailbound::fuzz
