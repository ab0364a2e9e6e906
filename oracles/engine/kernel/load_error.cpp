#include "oracles/engine/kernel/load_error.hpp"

#include <fmt/format.h>

#include <system_error>

#include "jit/bpf/text.hpp"

namespace tailbound::engine::kernel {

namespace {

using Stage = Refusal::Stage;

std::string numbered(const bpf::Bytecode& program) {
  std::string text;
  for (std::size_t i = 0; i < program.insns.size(); ++i) {
    const bool two_slots = is_two_slot(program.insns[i]) && i + 1 < program.insns.size();
    text += fmt::format("{:5}: {}\n", i,
                        bpf::to_text(program.insns[i], two_slots ? &program.insns[i + 1] : nullptr));
    if (two_slots) ++i;
  }
  return text;
}

std::string step_of(const Refusal& refusal, const bpf::Lowered& lowered) {
  const bool of_map = refusal.stage == Stage::map || refusal.stage == Stage::content ||
                      refusal.stage == Stage::slot || refusal.stage == Stage::read;
  if (of_map && refusal.position < lowered.maps.size())
    return fmt::format("{} {}", name(refusal.stage), lowered.maps[refusal.position].name);
  return fmt::format("{} {}", name(refusal.stage), refusal.position);
}

}  // namespace

std::string LoadError::headline() const {
  const std::string reason = std::error_code(error_number, std::generic_category()).message();
  return fmt::format("{}: {} ({})", step, reason, error_number);
}

std::string LoadError::text() const {
  std::string text = headline();
  if (!log.empty()) text += "\n" + log;
  if (!bytecode.empty()) text += "\n" + bytecode;
  return text;
}

LoadError load_error(const Refusal& refusal, const bpf::Lowered& lowered) {
  LoadError error{.step = step_of(refusal, lowered),
                  .error_number = static_cast<int>(refusal.error),
                  .program = {},
                  .log = refusal.log,
                  .bytecode = {}};
  if (refusal.stage == Stage::program && refusal.position < lowered.programs.size()) {
    error.program = static_cast<std::uint16_t>(refusal.position);
    error.bytecode = numbered(lowered.programs[refusal.position]);
  }
  return error;
}

}  // namespace tailbound::engine::kernel
