#include "reports/reproduce/selftest.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reports/reproduce/prediction.hpp"
#include "reports/tool.hpp"

namespace tailbound::reports {

namespace {

std::expected<std::string, std::string> program(const Subject& subject, const CNames& names) {
  if (auto why = beyond_system_calls(subject.scenario)) return std::unexpected(std::move(*why));
  return selftest_program(subject, names);
}

}  // namespace

std::string selftest_ledger(const bpf::Scenario& scenario) {
  const bpf::Numbering numbering = bpf::number(scenario);
  return fmt::format(
      "struct ledger {{\n\t__u64 fuel, hash, total, live;\n\t__u64 entries[{}];\n"
      "\t__u64 attempts[{}], refused[{}];\n}};\n",
      numbering.functions, std::max(1U, numbering.sites), std::max(1U, numbering.sites));
}

std::expected<Reproducer, std::string> selftest_reproducer(const Subject& subject) {
  const CNames names(subject.scenario);
  auto text = program(subject, names);
  if (!text) return std::unexpected(text.error());
  return Reproducer{{"progs/" + subject.name + ".c", std::move(*text)},
                    {"prog_tests/" + subject.name + ".c", selftest_test(subject, names)}};
}

std::expected<Reproducer, std::string> object_reproducer(const Subject& subject) {
  const auto text = program(subject, CNames(subject.scenario));
  if (!text) return std::unexpected(text.error());
  // Debian keeps asm/types.h, which linux/bpf.h wants, in the host's folder.
  auto object = run_tool({{"clang-19", "-target", "bpf", "-mcpu=v3", "-O2", "-g",
                           "-I/usr/include/x86_64-linux-gnu", "-x", "c", "-c", "-", "-o", "-"},
                          "clang, which builds the BPF object,",
                          "clang-19"},
                         *text);
  if (!object) return std::unexpected(object.error());
  return Reproducer{{subject.name + ".bpf.o", std::move(*object)}};
}

}  // namespace tailbound::reports
