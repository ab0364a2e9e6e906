#include "oracles/engine/vm/engine.hpp"

#include <fmt/format.h>

#include "oracles/engine/kernel/kernel_engine.hpp"
#include "oracles/engine/vm/guest_kernel.hpp"
#include "oracles/engine/vm/init_program.hpp"

namespace tailbound::engine::vm {

namespace {

std::string cpu_of(const Machine& machine, const GuestOptions& options) {
  return options.cpu.empty() ? std::string(machine.fast_cpu) : options.cpu;
}

}  // namespace

std::unique_ptr<Engine> make_guest_engine(std::string_view kernel, const GuestOptions& options) {
  const auto described = describe_guest_kernel(kernel);
  const Architecture architecture = described ? described->architecture : Architecture::amd64;
  const std::string release = described ? described->release : std::string();
  const Machine& machine = machine_of(architecture);
  kernel::KernelSettings settings{
      .identity = {.name = fmt::format("vm:{}", kernel),
                   .scheme = release.substr(0, release.find(' ')),
                   .options = fmt::format("{},cpu={}", options.accelerator, cpu_of(machine, options))},
      .record = kernel::find_kernel(release, machine.utsname),
      .stack_limit = std::nullopt};
  return kernel::make_kernel_engine(std::move(settings), make_guest_channel(std::string(kernel), options));
}

std::expected<void, std::string> prepare_guest(std::string_view kernel, const GuestOptions& options,
                                               const Progress& tell) {
  const auto provided = provide_guest_kernel(kernel, tell);
  if (!provided) return std::unexpected(provided.error());
  const Machine& machine = machine_of(provided->architecture);
  if (const auto init = init_program(machine.architecture); !init) return std::unexpected(init.error());
  tell(fmt::format("Linux {} for {}, QEMU's {} cpu {}; a guest boots in some seconds", provided->release,
                   machine.name, options.accelerator, cpu_of(machine, options)));
  return {};
}

}  // namespace tailbound::engine::vm
