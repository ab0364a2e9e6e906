#include "oracles/check/entry_pads.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <vector>

namespace tailbound::check {

namespace {

struct Pad {
  const char* name;
  std::span<const std::uint8_t> bytes;
};

constexpr std::uint8_t endbr64[] = {0xf3, 0x0f, 0x1e, 0xfa};
constexpr std::uint8_t nop5[] = {0x0f, 0x1f, 0x44, 0x00, 0x00};
constexpr std::uint8_t mov_x9_x30[] = {0xc9, 0x03, 0x00, 0x91};  // as add x9, x30, #0
constexpr std::uint8_t nop[] = {0x1f, 0x20, 0x03, 0xd5};
constexpr std::uint8_t bti_j[] = {0x9f, 0x24, 0x03, 0xd5};
constexpr std::uint8_t bti_jc[] = {0xdf, 0x24, 0x03, 0xd5};
constexpr std::uint8_t paciasp[] = {0x3f, 0x23, 0x03, 0xd5};

/// At the beginning of a function, and where a tail call lands in a main.
struct Pads {
  std::vector<Pad> entry;
  std::vector<Pad> landing;
};

Pads expected(jit::Arch arch, std::string_view options) {
  const auto has = [&](std::string_view option) { return options.find(option) != std::string_view::npos; };
  Pads pads;
  switch (arch) {
    case jit::Arch::x86_64:
      if (has("ibt")) pads.entry.push_back({"endbr64", endbr64});
      pads.entry.push_back({"five-byte nop", nop5});
      if (has("ibt")) pads.landing.push_back({"endbr64", endbr64});
      return pads;
    case jit::Arch::arm64:
      if (has("bti")) pads.entry.push_back({"bti jc", bti_jc});
      pads.entry.push_back({"mov x9, x30", mov_x9_x30});
      pads.entry.push_back({"nop", nop});
      if (has("pac")) pads.entry.push_back({"paciasp", paciasp});
      if (has("bti")) pads.landing.push_back({"bti j", bti_j});
      return pads;
  }
  return pads;
}

bool holds(const jit::Image& image, std::size_t at, std::span<const std::uint8_t> bytes) {
  return at + bytes.size() <= image.code.size() &&
         std::ranges::equal(bytes, std::span(image.code).subspan(at, bytes.size()));
}

Verdict check(const jit::Image& image, std::size_t at, std::span<const Pad> pads, const char* kind) {
  for (const Pad& pad : pads) {
    if (!holds(image, at, pad.bytes))
      return {Outcome::disagree, Property::encoding, kind, fmt::format("no {} at {:#x}", pad.name, at), 0};
    at += pad.bytes.size();
  }
  return {};
}

}  // namespace

Verdict entry_pads(const jit::Image& image, std::string_view options) {
  const Pads pads = expected(image.arch, options);
  for (const jit::ImageFunction& function : image.functions) {
    if (Verdict verdict = check(image, function.offset, pads.entry, "entry pad"); verdict.broken())
      return verdict;
  }
  const std::size_t landing = image.functions.at(0).offset + std::size_t{image.functions[0].landing};
  return check(image, landing, pads.landing, "landing pad");
}

}  // namespace tailbound::check
