// Programs that every kernel must refuse, and that tailbound refuses for the same reason: each is one step
// beyond a limit. They are only ever loaded.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "oracles/engine/kernel/job.hpp"

namespace tailbound::engine::kernel {

/// A fragment of what a verifier says, and the first release that says so. Empty: it says nothing.
struct Wording {
  std::uint32_t major = 0;
  std::uint32_t minor = 0;
  std::string_view fragment;
};

struct RefusedProgram {
  std::string_view name;
  std::string_view summary;
  /// One job, without steps.
  Request (*request)();
  /// What tailbound itself says under a limits record (bpf::find_limits); empty: it takes it.
  std::string (*own)(std::string_view limits);
  std::string_view own_words;         // a fragment of that
  Refusal::Stage stage;               // where the kernel refuses
  std::span<const Wording> wordings;  // by release, oldest first

  /// Of that release; nothing is expected of one before the first.
  const Wording* wording(std::uint32_t major, std::uint32_t minor) const;
};

std::span<const RefusedProgram> refused_programs();

/// What a kernel's answer to the row's job is not as it should be, in one line; empty: it refuses as expected.
std::string refusal_fault(const RefusedProgram& row, const Answer& answer, std::uint32_t major,
                          std::uint32_t minor);

}  // namespace tailbound::engine::kernel
