// The running kernel as a source of images.
#include <bpf/bpf.h>
#include <fmt/format.h>
#include <sys/utsname.h>

#include <cerrno>
#include <system_error>

#include "oracles/engine/kernel/dump_of.hpp"
#include "oracles/engine/kernel/fd.hpp"
#include "oracles/engine/kernel/loader.hpp"
#include "oracles/engine/kernel/program_info.hpp"

namespace tailbound::engine::kernel {

namespace {

/// Without programs.
dump::ScenarioDump this_kernel() {
  utsname name{};
  ::uname(&name);
  return {.kernel = name.release, .machine = name.machine, .programs = {}};
}

class RunningDumps : public dump::DumpSource {
 public:
  explicit RunningDumps(Loader loader) : loader_(std::move(loader)) {}

  std::expected<dump::ScenarioDump, std::string> dump(const bpf::Lowered& lowered, bool filled) override {
    const auto loaded = loader_.load(lowered, filled ? Slots::filled : Slots::empty, true);
    if (!loaded) return std::unexpected(loaded.error().text());
    dump::ScenarioDump out = this_kernel();
    for (std::uint16_t p = 0; p < loaded->images.size(); ++p) {
      auto program = dump_of(loaded->images[p], lowered, p);
      if (!program) return std::unexpected(program.error());
      out.programs.push_back(std::move(*program));
    }
    return out;
  }

 private:
  Loader loader_;
};

std::string map_name(std::uint32_t id) {
  const Fd fd(bpf_map_get_fd_by_id(id));
  bpf_map_info info{};
  std::uint32_t size = sizeof info;
  const bool known = fd.get() >= 0 && bpf_obj_get_info_by_fd(fd.get(), &info, &size) == 0;
  return known && info.name[0] != '\0' ? std::string(info.name) : fmt::format("map {}", id);
}

std::string reason() { return std::error_code(errno, std::generic_category()).message(); }

}  // namespace

std::expected<std::unique_ptr<dump::DumpSource>, std::string> running_kernel_dumps() {
  auto loader = Loader::open();
  if (!loader) return std::unexpected(loader.error());
  return std::make_unique<RunningDumps>(std::move(*loader));
}

std::expected<dump::ScenarioDump, std::string> dump_program(std::uint32_t id) {
  const Fd fd(bpf_prog_get_fd_by_id(id));
  if (fd.get() < 0) return std::unexpected(fmt::format("program {}: {}", id, reason()));
  JobImage image;
  if (!read_image(fd.get(), image)) return std::unexpected(fmt::format("program {}: {}", id, reason()));
  auto program = dump_of(image);
  if (!program) return std::unexpected(fmt::format("program {}: {}", id, program.error()));
  bpf_prog_info info{};
  std::uint32_t size = sizeof info;
  if (bpf_obj_get_info_by_fd(fd.get(), &info, &size) == 0) program->name = info.name;
  program->id = id;
  for (dump::MapName& map : program->maps) map.name = map_name(map.id);
  dump::ScenarioDump out = this_kernel();
  out.programs.push_back(std::move(*program));
  return out;
}

}  // namespace tailbound::engine::kernel
