#include "oracles/symptom.hpp"

#include <algorithm>
#include <iterator>

namespace tailbound {

namespace {

enum class Family : std::uint8_t { more_calls, fewer_calls, destroyed_words };

struct Symptom {
  Property property;
  std::string_view kind;
  Family family;
  int says;  // how much, within the family
};

/// What is in no row is alone. A run that faults never came to the check of its frame: neither says more.
constexpr Symptom symptoms[] = {
    {Property::attempts, "more", Family::more_calls, 0},
    {Property::count, "more", Family::more_calls, 1},
    {Property::bound, "exceeded", Family::more_calls, 2},
    {Property::attempts, "fewer", Family::fewer_calls, 0},
    {Property::count, "fewer", Family::fewer_calls, 1},
    {Property::live, "other", Family::destroyed_words, 0},
    {Property::frame, "stack pointer", Family::destroyed_words, 1},
    {Property::frame, "callee-saved", Family::destroyed_words, 1},
    {Property::frame, "canaries", Family::destroyed_words, 1},
    {Property::fault, "SIGSEGV", Family::destroyed_words, 1},
    {Property::fault, "SIGBUS", Family::destroyed_words, 1},
    {Property::fault, "SIGILL", Family::destroyed_words, 1},
};

const Symptom* symptom_of(const Verdict& verdict) {
  const auto* const found = std::ranges::find_if(symptoms, [&](const Symptom& symptom) {
    return symptom.property == verdict.property && symptom.kind == verdict.kind;
  });
  return found == std::end(symptoms) ? nullptr : found;
}

bool says_no_less(const Symptom& to, const Symptom& from) {
  return to.family == from.family && to.says >= from.says;
}

}  // namespace

bool same_class(const Verdict& a, const Verdict& b) {
  return a.broken() && b.broken() && a.property == b.property && a.kind == b.kind;
}

bool still_shows(const Verdict& now, const Verdict& before) {
  if (same_class(now, before)) return true;
  if (!now.broken() || !before.broken()) return false;
  const Symptom* const to = symptom_of(now);
  const Symptom* const from = symptom_of(before);
  return to != nullptr && from != nullptr && says_no_less(*to, *from);
}

std::vector<Property> shown_by(const Verdict& verdict) {
  std::vector<Property> found = {verdict.property};
  const Symptom* const from = symptom_of(verdict);
  for (const Symptom& to : symptoms) {
    if (from != nullptr && says_no_less(to, *from)) found.push_back(to.property);
  }
  return found;
}

}  // namespace tailbound
