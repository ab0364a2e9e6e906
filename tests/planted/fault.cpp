#include "tests/planted/fault.hpp"

#include <algorithm>
#include <array>
#include <cassert>

#include "jit/x86_64/schemes.hpp"

namespace tailbound::planted {

using x86_64::Scheme;

namespace {
constexpr std::array<Place, 7> table = {{{"prologue", &Scheme::prologue},
                                         {"call site", &Scheme::call_site},
                                         {"after call", &Scheme::after_call},
                                         {"helper site", &Scheme::helper_site},
                                         {"direct", &Scheme::tail_call_direct},
                                         {"indirect", &Scheme::tail_call_indirect},
                                         {"epilogue", &Scheme::epilogue}}};
}  // namespace

std::span<const Place> places() { return table; }

const Scheme& Fault::sound() const {
  const Scheme* const scheme = x86_64::find_scheme(base);
  assert(scheme != nullptr && scheme->identity.meant_sound && "faults are planted into sound schemes");
  return *scheme;
}

Scheme Fault::make() const {
  Scheme faulty = sound();
  Scheme::Steps& steps = faulty.*change.place->steps;
  const auto first = steps.begin() + static_cast<std::ptrdiff_t>(change.at);
  const auto at = steps.erase(first, first + static_cast<std::ptrdiff_t>(change.count));
  steps.insert(at, change.instead.begin(), change.instead.end());
  if (change.landing != nullptr) faulty.landing = change.landing;
  return faulty;
}

Change swap_step(std::string_view base, std::string_view place, std::string_view step, Scheme::Steps instead) {
  const auto where = std::ranges::find(table, place, &Place::name);
  assert(where != table.end() && "a place of that name");
  const Scheme::Steps& steps = x86_64::find_scheme(base)->*where->steps;
  const auto found = std::ranges::find(steps, step, &x86_64::Step::name);
  assert((found != steps.end() || step.empty()) && "a step of that name");
  const auto at = static_cast<std::size_t>(found - steps.begin());
  return {.place = &*where, .at = at, .count = step.empty() ? 0U : 1U, .instead = std::move(instead)};
}

std::span<const Fault> all() {
  static const std::vector<Fault> faults = [] {
    std::vector<Fault> both(hand_written().begin(), hand_written().end());
    both.insert(both.end(), generated().begin(), generated().end());
    return both;
  }();
  return faults;
}

}  // namespace tailbound::planted
