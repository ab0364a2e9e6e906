#include "tests/planted/fault.hpp"

#include <algorithm>
#include <array>
#include <cassert>

#include "jit/arm64/schemes.hpp"
#include "jit/x86_64/schemes.hpp"

namespace tailbound::planted {

namespace {

template <class Scheme>
constexpr std::array<PlaceOf<Scheme>, 7> table = {{{"prologue", &Scheme::prologue},
                                                   {"call site", &Scheme::call_site},
                                                   {"after call", &Scheme::after_call},
                                                   {"helper site", &Scheme::helper_site},
                                                   {"direct", &Scheme::tail_call_direct},
                                                   {"indirect", &Scheme::tail_call_indirect},
                                                   {"epilogue", &Scheme::epilogue}}};

const x86_64::Scheme* find(std::string_view name, const x86_64::Scheme*) { return x86_64::find_scheme(name); }
const arm64::Scheme* find(std::string_view name, const arm64::Scheme*) { return arm64::find_scheme(name); }

template <class Scheme>
const Scheme& sound_of(std::string_view base, const ChangeOf<Scheme>&) {
  const Scheme* const scheme = find(base, static_cast<const Scheme*>(nullptr));
  assert(scheme != nullptr && scheme->identity.meant_sound && "faults are planted into sound schemes");
  return *scheme;
}

template <class Scheme>
Scheme changed(Scheme scheme, const ChangeOf<Scheme>& change) {
  typename Scheme::Steps& steps = scheme.*change.place->steps;
  const auto first = steps.begin() + static_cast<std::ptrdiff_t>(change.at);
  const auto at = steps.erase(first, first + static_cast<std::ptrdiff_t>(change.count));
  steps.insert(at, change.instead.begin(), change.instead.end());
  if (change.landing != nullptr) scheme.landing = change.landing;
  return scheme;
}

}  // namespace

template <class Scheme>
std::span<const PlaceOf<Scheme>> places_of() {
  return table<Scheme>;
}
template std::span<const PlaceOf<x86_64::Scheme>> places_of();
template std::span<const PlaceOf<arm64::Scheme>> places_of();

template <class Scheme>
ChangeOf<Scheme> change_step(std::string_view base, std::string_view place, std::string_view step,
                             typename Scheme::Steps instead) {
  const auto where = std::ranges::find(table<Scheme>, place, &PlaceOf<Scheme>::name);
  assert(where != table<Scheme>.end() && "a place of that name");
  const typename Scheme::Steps& steps = find(base, static_cast<const Scheme*>(nullptr))->*where->steps;
  const auto found = std::ranges::find_if(steps, [&](const auto& one) { return one.name == step; });
  assert((found != steps.end() || step.empty()) && "a step of that name");
  const auto at = static_cast<std::size_t>(found - steps.begin());
  return {.place = &*where, .at = at, .count = step.empty() ? 0U : 1U, .instead = std::move(instead)};
}
template ChangeOf<x86_64::Scheme> change_step(std::string_view, std::string_view, std::string_view,
                                              x86_64::Scheme::Steps);
template ChangeOf<arm64::Scheme> change_step(std::string_view, std::string_view, std::string_view,
                                             arm64::Scheme::Steps);

const jit::SchemeIdentity& identity_of(const AnyScheme& scheme) {
  return std::visit([](const auto& one) -> const jit::SchemeIdentity& { return one.identity; }, scheme);
}

std::string_view Fault::place() const {
  return std::visit([](const auto& one) { return one.place->name; }, change);
}

std::string_view Fault::arch() const { return change.index() == 0 ? "x86_64" : "arm64"; }

AnyScheme Fault::sound() const {
  return std::visit([&](const auto& one) -> AnyScheme { return sound_of(base, one); }, change);
}

AnyScheme Fault::make() const {
  return std::visit([&](const auto& one) -> AnyScheme { return changed(sound_of(base, one), one); }, change);
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
