#include "reports/reproduce/reproduce.hpp"

#include <algorithm>
#include <array>

namespace tailbound::reports {

namespace {

constexpr std::array<ReproducerForm, 5> forms = {{
    {"graph", "the scenario with what it must show, for `tailbound run`", true, graph_reproducer},
    {"c", "one C file: raw bpf(2) calls and libc, also a guest's /init", true, c_reproducer},
    {"selftest", "a pair for the kernel's tools/testing/selftests/bpf: progs/ and prog_tests/", true,
     selftest_reproducer},
    {"object", "the BPF object file of that pair, built with clang", false, object_reproducer},
    {"raw", "the instructions as hexadecimal bytes, one a line, with maps and events", true, raw_reproducer},
}};

bool is_identifier_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

std::span<const ReproducerForm> reproducer_forms() { return forms; }

const ReproducerForm* find_reproducer_form(std::string_view name) {
  const auto* const found = std::ranges::find(forms, name, &ReproducerForm::name);
  return found == forms.end() ? nullptr : found;
}

Subject subject_of(FindingFile finding, std::string_view name) {
  std::string word(name);
  std::ranges::replace_if(
      word, [](char c) { return !is_identifier_character(c); }, '_');
  if (word.empty() || (word[0] >= '0' && word[0] <= '9')) word.insert(0, "f_");
  return {std::move(finding.record), std::move(finding.scenario), std::move(word)};
}

}  // namespace tailbound::reports
