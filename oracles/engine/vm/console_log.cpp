#include "oracles/engine/vm/console_log.hpp"

#include <algorithm>

#include "oracles/engine/vm/guest_words.hpp"

namespace tailbound::engine::vm {

namespace {

struct Sign {
  std::string_view words;
  std::string_view kind;
};

/// In order of what they explain: an overflow is also an oops, an oops also a panic. Words of the kernel:
/// arch/x86/kernel/dumpstack.c and traps.c, arch/arm64/kernel/traps.c, kernel/watchdog.c, kernel/panic.c.
constexpr Sign signs[] = {
    {"stack guard page was hit", end_kind::stack_overflow},
    {"kernel stack overflow", end_kind::stack_overflow},
    {"soft lockup", end_kind::hang},
    {"detected stall", end_kind::hang},
    {"Oops", end_kind::oops},
    {"BUG: ", end_kind::oops},
    {"kernel BUG at", end_kind::oops},
    {"general protection fault", end_kind::oops},
    {"invalid opcode", end_kind::oops},
    {"Unable to handle kernel", end_kind::oops},
    {"WARNING: ", end_kind::oops},
    {"Kernel panic", end_kind::panic},
};

struct Hint {
  std::string_view words;
  std::string_view option;
};

/// Ends before init: init/do_mounts.c, init/main.c.
constexpr Hint hints[] = {
    {"Unable to mount root fs", "CONFIG_BLK_DEV_INITRD=y (it did not take the initramfs)"},
    {"Failed to execute /init", "CONFIG_BINFMT_ELF=y (init could not be executed)"},
};

/// "[    1.234567] words" without the time.
std::string_view without_time(std::string_view line) {
  if (!line.starts_with('[')) return line;
  const std::size_t end = line.find("] ");
  return end == std::string_view::npos ? line : line.substr(end + 2);
}

/// Lines of a serial console end in \r\n.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  while (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

ConsoleEnd console_end(std::string_view console) {
  ConsoleEnd found;
  const Sign* worst = std::end(signs);
  while (!console.empty()) {
    const std::string_view line = take_line(console);
    const Sign* const sign =
        std::find_if(std::begin(signs), worst, [&](const Sign& each) { return line.contains(each.words); });
    if (sign == worst) continue;
    worst = sign;
    found = {sign->kind, std::string(without_time(line))};
  }
  return found;
}

std::vector<std::string> lacking(std::string_view console) {
  const std::string words = std::string(guest_words::prefix) + guest_words::lacks;
  std::vector<std::string> options;
  while (!console.empty()) {
    const std::string_view line = take_line(console);
    const std::size_t at = line.find(words);
    if (at != std::string_view::npos) options.emplace_back(line.substr(at + words.size()));
    for (const Hint& hint : hints) {
      if (line.contains(hint.words)) options.emplace_back(hint.option);
    }
  }
  return options;
}

std::string last_lines(std::string_view console, std::size_t lines) {
  while (console.ends_with('\n') || console.ends_with('\r')) console.remove_suffix(1);
  std::size_t begin = console.size();
  for (std::size_t i = 0; i < lines && begin != 0 && begin != std::string_view::npos; ++i)
    begin = console.rfind('\n', begin - 1);
  std::string text(
      console.substr(begin == std::string_view::npos ? 0 : begin + (begin != console.size() ? 1 : 0)));
  std::erase(text, '\r');
  return text;
}

}  // namespace tailbound::engine::vm
