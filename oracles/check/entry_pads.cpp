#include "oracles/check/entry_pads.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "jit/x86_64/link.hpp"

namespace tailbound::check {

namespace {

constexpr std::array<std::uint8_t, 4> endbr64 = {0xf3, 0x0f, 0x1e, 0xfa};

bool holds(const jit::Image& image, std::size_t at, std::span<const std::uint8_t> bytes) {
  return at + bytes.size() <= image.code.size() &&
         std::ranges::equal(bytes, std::span(image.code).subspan(at, bytes.size()));
}

Verdict broken(const char* kind, std::size_t at, const char* missing) {
  return {Outcome::disagree, Property::encoding, kind, fmt::format("no {} at {:#x}", missing, at), 0};
}

}  // namespace

Verdict entry_pads(const jit::Image& image, bool ibt) {
  for (const jit::ImageFunction& function : image.functions) {
    const std::size_t nop_at = function.offset + (ibt ? endbr64.size() : 0);
    if (ibt && !holds(image, function.offset, endbr64)) return broken("entry pad", function.offset, "endbr64");
    if (!holds(image, nop_at, x86_64::nop5)) return broken("entry pad", nop_at, "five-byte nop");
  }
  const std::size_t landing = image.functions.at(0).offset + std::size_t{image.functions[0].landing};
  if (ibt && !holds(image, landing, endbr64)) return broken("landing pad", landing, "endbr64");
  return {};
}

}  // namespace tailbound::check
