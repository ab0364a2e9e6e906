#include "jit/bpf/object/section_type.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace tailbound::bpf::object {

namespace {

struct Row {
  std::string_view section;
  ProgType type;
};

// libbpf, section_defs: the names of the types that engines run.
constexpr std::array<Row, 7> rows{{
    {"tc", ProgType::tc},
    {"tcx", ProgType::tc},
    {"classifier", ProgType::tc},
    {"action", ProgType::tc},
    {"xdp", ProgType::xdp},
    {"xdp.frags", ProgType::xdp},
    {"socket", ProgType::socket_filter},
}};

constexpr std::array<std::string_view, 7> attachments = {"fentry",   "fentry.s",   "fexit",   "fexit.s",
                                                         "fmod_ret", "fmod_ret.s", "freplace"};

}  // namespace

std::expected<ProgType, std::string> type_of_section(std::string_view name) {
  if (name.starts_with('?')) name.remove_prefix(1);  // not loaded unless asked for
  const std::string_view kind = name.substr(0, name.find('/'));
  if (const auto* row = std::ranges::find(rows, kind, &Row::section); row != rows.end()) return row->type;
  if (std::ranges::find(attachments, kind) != attachments.end()) {
    return std::unexpected("attachments (" + std::string(kind) +
                           ") are not taken: no engine has what they attach to");
  }
  return std::unexpected(
      "not the section of a program type that engines run; expected tc, classifier, xdp or socket");
}

}  // namespace tailbound::bpf::object
