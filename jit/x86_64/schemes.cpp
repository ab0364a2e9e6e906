#include "jit/x86_64/schemes.hpp"

#include <iterator>

#include "jit/x86_64/families.hpp"

namespace tailbound::x86_64 {

namespace {

std::vector<Scheme> all_families() {
  std::vector<Scheme> all;
  for (const auto family : {pointer_family, by_value_family, call_prologue_family, value_and_pointer_family,
                            hidden_slot_family, back_propagate_family, counter_family}) {
    std::vector<Scheme> schemes = family();
    all.insert(all.end(), std::make_move_iterator(schemes.begin()), std::make_move_iterator(schemes.end()));
  }
  return all;
}

}  // namespace

std::span<const Scheme> schemes() {
  static const std::vector<Scheme> all = all_families();
  return all;
}

const Scheme* find_scheme(std::string_view name) { return jit::find_named(schemes(), name); }

jit::Options options_6_1() {
  jit::Options options;
  options.retpolines = true;
  options.ptrs = 272;
  return options;
}

jit::Options options_6_12() {
  jit::Options options;
  options.ibt = true;
  options.retpolines = true;
  options.ptrs = 264;
  return options;
}

jit::Options options_6_18() {
  jit::Options options;
  options.retpolines = true;
  options.return_thunks = true;
  options.max_entries = 76;
  options.ptrs = 312;
  options.bpf_func = 72;
  return options;
}

}  // namespace tailbound::x86_64
