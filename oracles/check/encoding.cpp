#include "oracles/check/encoding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <span>

#include "jit/x86_64/link.hpp"

namespace tailbound::check {

namespace {

using disasm::MachineInsn;
using jit::Relocation;

struct Broken {
  const char* kind;
  std::string detail;
};
using Finding = std::optional<Broken>;

/// Far from what 32-bit distances could mix up with an offset.
constexpr std::uint64_t base = 0x1'0000'0000;

std::uint32_t width(Relocation::Form form) {
  switch (form) {
    case Relocation::Form::rel32:
    case Relocation::Form::branch26:
    case Relocation::Form::literal: return 4;
    case Relocation::Form::abs64: return 8;
  }
  return 0;
}

/// Moves of 16 bits: movn, movz or movk.
bool is_wide_move(std::uint32_t word) { return (word & 0x1f800000U) == 0x12800000U; }
bool is_movk(std::uint32_t word) { return (word & 0x7f800000U) == 0x72800000U; }
std::uint32_t register_of(std::uint32_t word) { return word & 31; }

/// The instruction that a relocation of this kind may belong to.
bool fits(Relocation::Kind kind, const MachineInsn& insn) {
  switch (kind) {
    case Relocation::Kind::function:
    case Relocation::Kind::helper:
      return insn.is_call && insn.target.has_value();
    case Relocation::Kind::thunk:
    case Relocation::Kind::return_thunk:
      return insn.is_branch && !insn.is_conditional && insn.target.has_value();
    case Relocation::Kind::map:
    case Relocation::Kind::map_value:
    case Relocation::Kind::per_cpu:
      return insn.size == 10 && !insn.is_branch && !insn.is_call;  // movabs
  }
  return false;
}

}  // namespace

/// One image under check.
class ImageReader {
 public:
  ImageReader(Encoding& buffers, const jit::Image& image)
      : b_(buffers), image_(image), reader_(buffers.reader(image.arch)) {}

  Finding read() {
    b_.insns_.clear();
    b_.insn_at_.assign(image_.code.size() + 1, 0);
    for (const jit::ImageFunction& function : image_.functions) {
      if (auto broken = decode(function)) return broken;
    }
    for (const Relocation& relocation : image_.relocations) {
      if (auto broken = check(relocation)) return broken;
    }
    for (const jit::ImageFunction& function : image_.functions) {
      if (auto broken = check_map(function)) return broken;
    }
    for (const jit::ImageFunction& function : image_.functions) {
      if (auto broken = check_branches(function)) return broken;
    }
    for (const jit::ImageSite& site : image_.sites) {
      if (auto broken = check(site)) return broken;
    }
    if (auto broken = check_landing()) return broken;
    return check_stack_pointer();
  }

 private:
  bool starts(const jit::ImageFunction& function, std::uint64_t offset) const {
    return function.contains(offset) && b_.insn_at_[offset] != 0;
  }
  const MachineInsn& insn(std::uint32_t offset) const { return b_.insns_[b_.insn_at_[offset] - 1]; }
  bool is_function_start(std::uint64_t offset) const {
    return std::any_of(image_.functions.begin(), image_.functions.end(),
                       [&](const jit::ImageFunction& f) { return f.offset == offset; });
  }

  Finding decode(const jit::ImageFunction& function) {
    const std::uint64_t end = std::uint64_t{function.offset} + function.size;
    if (end > image_.code.size())
      return Broken{"function", fmt::format("a function ends at {:#x}, behind the code", end)};
    const std::span code(image_.code);
    for (std::uint64_t at = function.offset; at < end; at += b_.insns_.back().size) {
      auto insn = reader_.decode(code.subspan(at, end - at), at, disasm::Detail::flow);
      if (!insn) return Broken{"no instruction", fmt::format("no instruction starts at {:#x}", at)};
      b_.insns_.push_back(std::move(*insn));
      b_.insn_at_[at] = static_cast<std::uint32_t>(b_.insns_.size());
    }
    return {};
  }

  /// Marks the instruction as linked later: what its distance is now says nothing.
  Finding check(const Relocation& relocation) {
    if (relocation.form == Relocation::Form::literal) return check_literal(relocation);
    const std::uint64_t end = std::uint64_t{relocation.offset} + width(relocation.form);
    const auto owner =
        std::upper_bound(b_.insns_.begin(), b_.insns_.end(), relocation.offset,
                         [](std::uint64_t at, const MachineInsn& insn) { return at < insn.address; });
    const bool whole = owner != b_.insns_.begin() && (owner - 1)->address + (owner - 1)->size == end &&
                       fits(relocation.kind, *(owner - 1));
    if (!whole) {
      return Broken{"relocation", fmt::format("the field at {:#x} is not the last one of a fitting instruction",
                                              relocation.offset)};
    }
    const bool known =
        relocation.kind != Relocation::Kind::function || relocation.target < image_.functions.size();
    if (!known)
      return Broken{"relocation",
                    fmt::format("a call of function {}, of {}", relocation.target, image_.functions.size())};
    (owner - 1)->target.reset();
    return {};
  }

  std::uint32_t word(std::uint64_t at) const {
    std::uint32_t value = 0;
    if (at + sizeof value <= image_.code.size()) std::memcpy(&value, &image_.code[at], sizeof value);
    return value;
  }

  /// The moves of one register; of the address of code, and then a call of it.
  Finding check_literal(const Relocation& relocation) const {
    const auto wrong = [&](const char* what) {
      return Broken{"relocation", fmt::format("the literal at {:#x} {}", relocation.offset, what)};
    };
    if (relocation.function >= image_.functions.size()) return wrong("is in no function");
    const jit::ImageFunction& function = image_.functions[relocation.function];
    const std::uint32_t first = word(relocation.offset);
    if (!starts(function, relocation.offset) || !is_wide_move(first) || is_movk(first))
      return wrong("does not begin with a movn or movz");
    std::uint64_t at = relocation.offset + sizeof first;
    for (; starts(function, at) && is_movk(word(at)); at += sizeof first) {
      if (register_of(word(at)) != register_of(first)) return wrong("changes its register");
    }
    const bool of_code =
        relocation.kind == Relocation::Kind::function || relocation.kind == Relocation::Kind::helper;
    if (!of_code) return {};
    const bool called = starts(function, at) && insn(static_cast<std::uint32_t>(at)).is_call &&
                        (word(at) >> 5 & 31) == register_of(first);
    if (!called) return wrong("is not called");
    const bool known =
        relocation.kind != Relocation::Kind::function || relocation.target < image_.functions.size();
    return known ? Finding{} : Finding{wrong("is of no function")};
  }

  Finding check_stack_pointer() const {
    switch (image_.arch) {
      case jit::Arch::x86_64: return {};
      case jit::Arch::arm64: break;
    }
    auto wrong = b_.stack_pointer_.broken(image_, b_.insns_);
    if (!wrong) return {};
    return Broken{"stack pointer", std::move(*wrong)};
  }

  Finding check_map(const jit::ImageFunction& function) const {
    if (function.end_insn > image_.address.size()) {
      return Broken{"address map", fmt::format("no address for instruction {}", image_.address.size())};
    }
    std::uint32_t before = function.offset;
    for (std::uint32_t i = function.first_insn; i < function.end_insn; ++i) {
      const std::uint32_t at = image_.address[i];
      if (!starts(function, at) || at < before) {
        return Broken{"address map",
                      fmt::format("BPF instruction {} at {:#x}, where none starts in its function", i, at)};
      }
      before = at;
    }
    return {};
  }

  Finding check_branches(const jit::ImageFunction& function) const {
    for (std::uint32_t at = function.offset; at < function.offset + function.size; at += insn(at).size) {
      const MachineInsn& from = insn(at);
      if (!from.target) continue;
      const bool good = starts(function, *from.target) || (from.is_call && is_function_start(*from.target));
      if (good) continue;
      return Broken{"branch target",
                    fmt::format("the {} at {:#x} leads to {:#x}, where no instruction of its function starts",
                                from.is_call ? "call" : "jump", at, static_cast<std::int64_t>(*from.target))};
    }
    return {};
  }

  Finding check(const jit::ImageSite& site) const {
    if (site.function >= image_.functions.size()) {
      return Broken{"site", fmt::format("site {} is in function {}, of {}", site.id, site.function,
                                        image_.functions.size())};
    }
    const jit::ImageFunction& function = image_.functions[site.function];
    if (!starts(function, site.out)) {
      return Broken{"site",
                    fmt::format("site {} goes on at {:#x}, where no instruction starts", site.id, site.out)};
    }
    if (!site.direct_index) return {};
    for (const std::uint32_t at : {site.bypass, site.target}) {
      if (starts(function, at) && insn(at).size == x86_64::nop5.size() &&
          starts_or_ends(function, at + insn(at).size))
        continue;
      return Broken{"patch site", fmt::format("site {}: no instruction of five bytes at {:#x}", site.id, at)};
    }
    return check_patches(site, function);
  }
  bool starts_or_ends(const jit::ImageFunction& function, std::uint64_t offset) const {
    return starts(function, offset) || offset == std::uint64_t{function.offset} + function.size;
  }

  /// Both states: the slot is empty, or holds this image's main.
  Finding check_patches(const jit::ImageSite& site, const jit::ImageFunction& function) const {
    const std::uint64_t entry = base + image_.functions[0].offset + image_.functions[0].landing;
    const auto empty = x86_64::patches(image_, site, base + function.offset, std::nullopt);
    const auto filled = x86_64::patches(image_, site, base + function.offset, entry);
    struct Patch {
      const char* what;
      std::uint32_t at;
      const x86_64::PatchBytes& bytes;
      std::optional<std::uint64_t> leads_to;
    };
    const std::array<Patch, 4> all = {Patch{"bypass, slot empty", site.bypass, empty.bypass, base + site.out},
                                      Patch{"target, slot empty", site.target, empty.target, std::nullopt},
                                      Patch{"bypass, slot filled", site.bypass, filled.bypass, std::nullopt},
                                      Patch{"target, slot filled", site.target, filled.target, entry}};
    for (const Patch& patch : all) {
      const auto insn = reader_.decode(patch.bytes, base + patch.at, disasm::Detail::flow);
      const bool one = insn && insn->size == patch.bytes.size() && !insn->is_call && !insn->is_conditional;
      const bool jump = one && insn->is_branch && insn->target == patch.leads_to;
      const bool nop = one && !insn->is_branch && !insn->is_return && patch.bytes == x86_64::nop5;
      if (patch.leads_to ? jump : nop) continue;
      return Broken{"patch site",
                    fmt::format("site {}: {}: not the jump or nop of five bytes", site.id, patch.what)};
    }
    return {};
  }

  /// A tail call enters mains only.
  Finding check_landing() const {
    if (image_.functions.empty()) return Broken{"function", "an image without functions"};
    const jit::ImageFunction& main = image_.functions[0];
    if (starts(main, std::uint64_t{main.offset} + main.landing)) return {};
    return Broken{"landing", fmt::format("a tail call lands at {:#x}, where no instruction of the main starts",
                                         main.landing)};
  }

  Encoding& b_;
  const jit::Image& image_;
  const disasm::Disassembler& reader_;
};

const disasm::Disassembler& Encoding::reader(jit::Arch arch) {
  std::optional<disasm::Disassembler>& reader = readers_[static_cast<std::size_t>(arch)];
  if (!reader) reader.emplace(disasm::arch_of(arch));
  return *reader;
}

Verdict Encoding::operator()(const jit::Image& image) {
  auto broken = ImageReader(*this, image).read();
  if (!broken) return {};
  return {Outcome::disagree, Property::encoding, broken->kind, std::move(broken->detail), 0};
}

}  // namespace tailbound::check
