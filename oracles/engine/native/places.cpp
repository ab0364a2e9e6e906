#include "oracles/engine/native/places.hpp"

#include "oracles/engine/native/local_machine.hpp"
#include "oracles/engine/native/remote_machine.hpp"

namespace tailbound::engine::native {

namespace {

#if defined(__x86_64__)
constexpr std::string_view this_arch = "x86_64";
#else
constexpr std::string_view this_arch = "arm64";
#endif

template <class Kind>
MachineOrReason answer(std::expected<std::unique_ptr<Kind>, std::string> machine) {
  if (!machine) return {nullptr, machine.error()};
  return {std::move(*machine), {}};
}

MachineOrReason connect_runner(std::string_view arch) {
  const auto command = find_runner(arch);
  if (!command) return {nullptr, command.error()};
  return answer(RemoteMachine::create(*command));
}

}  // namespace

Place place_of(std::string_view arch) {
  if (arch == this_arch) return {.connect = [] { return answer(LocalMachine::create()); }};
  return emulated_place_of(arch);
}

Place emulated_place_of(std::string_view arch) {
  static_assert(wire::data.address + wire::data.size <= std::uint64_t{1} << 32);
  return {.connect = [arch] { return connect_runner(arch); }, .emulated = true, .address_blocks = 0b0011};
}

}  // namespace tailbound::engine::native
