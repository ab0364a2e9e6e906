#include "jit/schemes.hpp"

#include <algorithm>

#include "jit/arm64/compiler.hpp"
#include "jit/arm64/schemes.hpp"
#include "jit/x86_64/compiler.hpp"
#include "jit/x86_64/schemes.hpp"

namespace tailbound::jit {

std::string_view name_of(Arch arch) {
  switch (arch) {
    case Arch::x86_64: return "x86_64";
    case Arch::arm64: return "arm64";
  }
  return "?";
}

std::optional<Arch> find_arch(std::string_view name) {
  for (const Arch arch : {Arch::x86_64, Arch::arm64}) {
    if (name_of(arch) == name) return arch;
  }
  return std::nullopt;
}

std::span<const SchemeView> all_schemes() {
  static const std::vector<SchemeView> all = [] {
    std::vector<SchemeView> views;
    for (const auto& scheme : x86_64::schemes()) views.push_back(view_of(scheme));
    for (const auto& scheme : arm64::schemes()) views.push_back(view_of(scheme));
    return views;
  }();
  return all;
}

std::span<const SchemeView> schemes_of(Arch arch) {
  const auto of_arch = std::ranges::equal_range(all_schemes(), arch, {}, &SchemeView::arch);
  return {of_arch.begin(), of_arch.end()};
}

const SchemeView* find_scheme(Arch arch, std::string_view name) { return find_named(schemes_of(arch), name); }

const SchemeView* find_scheme(std::string_view arch, std::string_view name) {
  const std::optional<Arch> found = find_arch(arch);
  return found ? find_scheme(*found, name) : nullptr;
}

std::expected<void, bpf::InsnError> compile(const SchemeView& scheme, const bpf::Bytecode& program,
                                            const Options& options, Image& image) {
  switch (scheme.arch) {
    case Arch::x86_64:
      return x86_64::Compiler().compile(program, *x86_64::find_scheme(scheme.identity.name), options, image);
    case Arch::arm64:
      return arm64::Compiler().compile(program, *arm64::find_scheme(scheme.identity.name), options, image);
  }
  return {};
}

}  // namespace tailbound::jit
