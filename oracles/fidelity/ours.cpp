#include "oracles/fidelity/ours.hpp"

#include <algorithm>
#include <vector>

namespace tailbound::fidelity {

namespace {

using jit::Relocation;

/// Addresses of a program's maps, as far as they have been read off the kernel's code.
class MapAddresses {
 public:
  explicit MapAddresses(const dump::KernelImage& kernel)
      : kernel_(kernel), objects_(kernel.maps.size()), values_(kernel.maps.size()) {}

  jit::KnownMaps known() const { return {.map = objects_, .map_value = values_}; }

  /// One more, by an image of ours that was compiled with those that are known. False: there is none.
  bool read_next(const jit::Image& ours) {
    return std::ranges::any_of(ours.relocations, [&](const Relocation& r) { return read(ours, r); });
  }

 private:
  bool read(const jit::Image& ours, const Relocation& r) {
    const bool is_map = r.kind == Relocation::Kind::map || r.kind == Relocation::Kind::map_value;
    if (!is_map || r.form != Relocation::Form::literal) return false;
    std::uint64_t& address = (r.kind == Relocation::Kind::map ? objects_ : values_)[r.target];
    if (address != 0) return false;
    const auto shown = dump::read_field(dump::code_of(kernel_.image, r.function), {r.form, place(ours, r)},
                                        kernel_.address[r.function]);
    if (shown) address = *shown - static_cast<std::uint64_t>(std::int64_t{r.addend});
    return address != 0;
  }

  /// Where the kernel's code of the same instruction begins, in the function. Where that is not known it is as
  /// far in as ours: what comes before has been compiled with the kernel's addresses.
  std::uint32_t place(const jit::Image& ours, const Relocation& r) const {
    const jit::ImageFunction& f = ours.functions[r.function];
    const auto slots = std::span(ours.address).subspan(f.first_insn, f.end_insn - f.first_insn);
    const auto slot =
        static_cast<std::uint32_t>(std::ranges::lower_bound(slots, r.offset) - slots.begin()) + f.first_insn;
    if (kernel_.known[slot] != 0)
      return kernel_.image.address[slot] - kernel_.image.functions[r.function].offset;
    return r.offset - f.offset;
  }

  const dump::KernelImage& kernel_;
  std::vector<std::uint64_t> objects_, values_;  // by map; 0: not known
};

}  // namespace

std::expected<jit::Image, bpf::InsnError> compile_ours(const dump::KernelImage& kernel,
                                                       const Settings& settings,
                                                       std::span<const jit::Frame> frames) {
  MapAddresses maps(kernel);
  jit::Image ours;
  do {
    const auto done = settings.arch->compile(kernel.image.translated, settings.scheme, settings.options, frames,
                                             maps.known(), ours);
    if (!done) return std::unexpected(done.error());
  } while (maps.read_next(ours));
  return ours;
}

}  // namespace tailbound::fidelity
