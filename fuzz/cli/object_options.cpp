#include "fuzz/cli/object_options.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "fuzz/cli/cli.hpp"
#include "jit/bpf/limits.hpp"

namespace tailbound::fuzz::cli {

namespace {

struct Row {
  const char* option;
  const char* help;
};
constexpr std::array<Row, 4> rows{{
    {"--run", "of an object: run this program"},
    {"--set",
     "of an object: put a program into a slot (jmp_table[0]=prog) or a value into a variable (count[0]=1)"},
    {"--delete", "of an object: empty a slot (jmp_table[0])"},
    {"--expect", "of an object: what the last run must show ('return 1, cell count[0] 33')"},
}};

}  // namespace

void ObjectOptions::add(CLI::App& command) {
  command_ = &command;
  CLI::Option* const file =
      command.add_option("--events", events_file, "of an object: a file with its events (docs/objects.md)");
  for (const Row& row : rows) {
    CLI::Option* const option =
        command.add_option(row.option, row.help)->take_all()->expected(1)->excludes(file);
    each_.push_back(option);
  }
  command.add_option("--fuel", fuel, "of an object: function entries that a run may make (4096)")
      ->check(CLI::Range(std::uint64_t{0}, bpf::cap::fuel));
  constexpr std::uint32_t largest_packet = 2048;
  command.add_option("--packet", packet, "of an object: bytes of its packet, all zero (54)")
      ->check(CLI::Range(std::uint32_t{14}, largest_packet));
}

bool ObjectOptions::given() const {
  return fuel || packet || !events_file.empty() ||
         std::ranges::any_of(each_, [](const CLI::Option* option) { return option->count() != 0; });
}

std::vector<std::string> ObjectOptions::events() const {
  std::vector<std::string> lines;
  std::map<const CLI::Option*, std::size_t> taken;
  for (const CLI::Option* option : command_->parse_order()) {
    if (std::ranges::find(each_, option) == each_.end()) continue;
    lines.push_back(option->get_lnames().front() + " " + option->results().at(taken[option]++));
  }
  return lines;
}

}  // namespace tailbound::fuzz::cli
