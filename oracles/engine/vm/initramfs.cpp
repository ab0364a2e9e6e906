#include "oracles/engine/vm/initramfs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <system_error>
#include <vector>

#include "oracles/engine/vm/cpio.hpp"
#include "oracles/engine/vm/init_program.hpp"

namespace tailbound::engine::vm {

namespace {

std::expected<void, std::string> add_modules(Cpio& archive, const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) files.push_back(entry.path());
  if (error) return std::unexpected(fmt::format("{}: {}", folder.string(), error.message()));
  std::ranges::sort(files);
  for (const auto& path : files) {
    std::ifstream file(path, std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(file), {}};
    if (!file) return std::unexpected(fmt::format("{}: cannot be read", path.string()));
    archive.add_file("modules/" + path.filename().string(), content, 0600);
  }
  return {};
}

}  // namespace

std::expected<std::string, std::string> make_initramfs(Architecture architecture,
                                                       const std::filesystem::path& modules) {
  const auto init = init_program(architecture);
  if (!init) return std::unexpected(init.error());
  Cpio archive;
  archive.add_folder("dev");
  archive.add_character_device("dev/console", 5, 1);
  archive.add_file("init", *init, 0755);
  archive.add_folder("modules");
  if (!modules.empty()) {
    if (auto added = add_modules(archive, modules); !added) return std::unexpected(added.error());
  }
  return std::move(archive).finish();
}

}  // namespace tailbound::engine::vm
