#include "fuzz/campaign/dump_sources.hpp"

#include <array>

#include "oracles/engine/kernel/dump_of.hpp"

namespace tailbound::fuzz {

namespace {

std::expected<std::unique_ptr<dump::DumpSource>, std::string> running(std::string_view) {
  return engine::kernel::running_kernel_dumps();
}

constexpr std::array rows = {
    DumpSourceRow{"kernel", "", nullptr, running},
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
