// What a guest's console says of its end, and of what its kernel lacks.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tailbound::engine::vm {

/// Class of an end, as findings name it; static text.
namespace end_kind {
inline constexpr std::string_view stack_overflow = "guest-stack-overflow";
inline constexpr std::string_view hang = "guest-hang";
inline constexpr std::string_view oops = "guest-oops";
inline constexpr std::string_view panic = "guest-panic";
inline constexpr std::string_view exit = "guest-exit";  // it went without a word
}  // namespace end_kind

struct ConsoleEnd {
  std::string_view kind;  // of end_kind; empty: the console tells of no end
  std::string line;       // that says so, without its time stamp
};

/// The worst thing that the console tells.
ConsoleEnd console_end(std::string_view console);

/// "CONFIG_BPF_JIT (no /proc/sys/net/core/bpf_jit_enable)", …: what init found missing.
std::vector<std::string> lacking(std::string_view console);

/// The console's last lines, for messages.
std::string last_lines(std::string_view console, std::size_t lines);

}  // namespace tailbound::engine::vm
