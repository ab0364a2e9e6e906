#include "reports/schemes/describe.hpp"

#include <fmt/format.h>

#include <sstream>

namespace tailbound::reports {

namespace {

using Scheme = jit::SchemeView;

constexpr std::size_t widest = 112;

/// Words put into lines of at most `widest`, each behind `indent` but the first.
std::string wrap(const std::string& text, std::string_view indent) {
  std::istringstream words(text);
  std::string out;
  std::size_t column = 0;
  for (std::string word; words >> word;) {
    const bool breaks = column != 0 && column + 1 + word.size() > widest;
    if (breaks) {
      out += '\n';
      out += indent;
      column = indent.size();
    } else if (column != 0) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
  }
  return out + '\n';
}

std::string_view yes_no(bool value) { return value ? "yes" : "no"; }

std::string sentence(std::string_view words) {
  std::string out(words);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out + '.';
}

std::string steps(const Scheme& scheme) {
  std::string out;
  for (const Scheme::Part& part : scheme.parts) {
    std::string names;
    for (const std::string_view step : part.steps) names += (names.empty() ? "" : ", ") + std::string(step);
    out += wrap(fmt::format("- {}: {}", part.where, names), "  ");
  }
  return out;
}

std::string frame(const Scheme& scheme) {
  const jit::Frame main{.is_main = true, .reaches_tail_call = true};
  const jit::CountSlots slots = scheme.slots(main);
  std::string out = fmt::format("A tail call lands {} bytes into a main. A main without stack takes {} bytes",
                                scheme.landing({}), scheme.stack_costs.frame(main));
  if (const auto entry = scheme.stack_costs.entry; entry != nullptr)
    out += fmt::format(", {} more at an entry", entry(main));
  if (slots.count != 0) out += fmt::format("; count at {}{:+}", scheme.frame_register, slots.count);
  if (slots.pointer != 0) out += fmt::format("; pointer at {}{:+}", scheme.frame_register, slots.pointer);
  if (slots.count == 0 && slots.pointer == 0) out += "; none of them is a count";
  return out + '.';
}

/// What the command needs to search another arch than the first.
std::string engine_option(const Scheme& scheme) {
  return scheme.arch == jit::Arch::x86_64 ? "" : fmt::format(" --engine {}", scheme.identity.arch);
}

std::string counterexample(const Scheme& scheme, const Counterexample& example) {
  std::string out =
      wrap(fmt::format("**Unsound.** {} Found by `{}`, and reduced to `{}`:", sentence(example.detail),
                       example.found_by, example.file),
           "");
  std::istringstream lines(example.graph);
  out += '\n';
  for (std::string line; std::getline(lines, line);) out += line.empty() ? "\n" : "    " + line + '\n';
  return out + fmt::format("\n`./tailbound run {} --scheme {}{}`\n", example.file, scheme.identity.name,
                           engine_option(scheme));
}

std::string search(const Scheme& scheme, const Search& done) {
  const jit::SchemeIdentity& id = scheme.identity;
  const std::string how = fmt::format(
      "{} scenarios without a finding (`./tailbound fuzz --scheme {} --engine interpreter,{} --driver seed "
      "--seed {} --runs {}`)",
      done.scenarios, id.name, jit::name_of(scheme.arch), done.seed, done.scenarios);
  if (id.not_shown_by.empty()) return wrap("**No counterexample known.** " + how + '.', "");
  return wrap(fmt::format("**Not shown.** {}. It needs {}.", how, id.not_shown_by), "");
}

std::string verdict(const Scheme& scheme, const Evidence& evidence) {
  if (const auto found = evidence.counterexamples.find(evidence_key(scheme));
      found != evidence.counterexamples.end()) {
    return counterexample(scheme, found->second);
  }
  if (const auto done = evidence.searches.find(evidence_key(scheme)); done != evidence.searches.end()) {
    return search(scheme, done->second);
  }
  return "**Not searched.**\n";
}

}  // namespace

std::string scheme_table(std::span<const Scheme> schemes) {
  std::string out =
      fmt::format("{:<26}{:<8}{:<7}{:<6}{:<11}{}\n", "scheme", "arch", "sound?", "wild", "profile", "source");
  for (const Scheme& scheme : schemes) {
    const jit::SchemeIdentity& id = scheme.identity;
    const std::string first = fmt::format("{:<26}{:<8}{:<7}{:<6}{:<11}", id.name, id.arch,
                                          yes_no(id.meant_sound), yes_no(id.wild), id.profile->name);
    out += fmt::format("{}{}\n  {}", first, id.source, wrap(std::string(id.summary), "  "));
  }
  return out + "sound?: a hypothesis that `tailbound fuzz --scheme NAME` tests. wild: may write anywhere.\n";
}

std::string scheme_document(std::span<const Scheme> schemes, const Evidence& evidence) {
  std::string out =
      "# Schemes\n\n"
      "Written by `tailbound schemes --markdown` from the records in `jit/*/scheme_*.cpp` and from what "
      "searches\n"
      "found (`corpus/regressions/schemes`); `tests/fuzz/test_schemes.cpp` holds the file to both. 'Meant "
      "sound' is a\n"
      "hypothesis, the verdict is what was measured. A counterexample fails under its scheme and holds under "
      "`pointer`.\n"
      "Landing places are without IBT, BTI and PAC; frames count the return address.\n";
  for (const Scheme& scheme : schemes) {
    const jit::SchemeIdentity& id = scheme.identity;
    out += fmt::format("\n## {}{}\n\n{}\n", id.name, scheme.arch == jit::Arch::x86_64 ? "" : ", arm64",
                       wrap(sentence(id.summary), ""));
    out += wrap(fmt::format("Source: {}. Profile: {}. Meant sound: {}. Wild: {}. {}", id.source,
                            id.profile->name, yes_no(id.meant_sound), yes_no(id.wild), frame(scheme)),
                "");
    out += '\n' + steps(scheme) + '\n' + verdict(scheme, evidence);
  }
  return out;
}

}  // namespace tailbound::reports
