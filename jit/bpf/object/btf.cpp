#include "jit/bpf/object/btf.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace tailbound::bpf::object {

namespace {

constexpr std::uint16_t magic = 0xeb9f;
constexpr std::size_t most_types = std::size_t{1} << 18;
constexpr std::string_view section_name = ".BTF";

std::unexpected<ObjectError> fault(std::uint64_t offset, std::string message) {
  return std::unexpected(ObjectError{std::string(section_name), {}, offset, std::move(message)});
}

/// Offsets of variables are relocations; what stands in the field is added.
OrObjectError<std::monostate> relocate(const Elf& elf, const Section& section, std::vector<std::byte>& bytes) {
  const auto relocations = elf.relocations(section);
  if (!relocations) return std::unexpected(relocations.error());
  for (const Relocation& each : *relocations) {
    const auto old = number_at<std::uint32_t>(bytes, each.offset);
    if ((each.type != relocation_nodyld32 && each.type != relocation_abs32) || !old) {
      return fault(each.offset,
                   "relocation of type " + std::to_string(each.type) + "; expected 3 or 4, and room for it");
    }
    const auto value = static_cast<std::uint32_t>(*old + elf.symbols()[each.symbol].value);
    std::memcpy(bytes.data() + each.offset, &value, sizeof value);
  }
  return {};
}

}  // namespace

class Btf::Reader {
 public:
  explicit Reader(Btf& btf) : btf_(btf), bytes_(btf.bytes_) {}

  OrObjectError<std::monostate> read() {
    const auto found = number_at<std::uint16_t>(bytes_, 0);
    const auto length = number_at<std::uint32_t>(bytes_, 4);
    if (!found || !length || *found != magic) return fault(0, "no BTF");
    const auto field = [&](std::uint64_t at) {
      return number_at<std::uint32_t>(bytes_, at).value_or(UINT32_MAX);
    };
    const std::uint64_t start = *length;
    const auto types = part(bytes_, start + field(8), field(12));
    const auto strings = part(bytes_, start + field(16), field(20));
    if (!types || !strings) return fault(0, "its types or names lie outside the section");
    types_ = *types;
    strings_ = *strings;
    first_ = start + field(8);
    while (at_ < types_.size()) {
      const std::uint64_t here = at_;
      if (!read_type())
        return fault(first_ + here, "type " + std::to_string(btf_.types_.size()) + " is no BTF type");
      if (btf_.types_.size() > most_types) {
        return fault(first_ + here, "more than " + std::to_string(most_types) + " types");
      }
    }
    return {};
  }

 private:
  std::optional<std::uint32_t> next() {
    const auto word = number_at<std::uint32_t>(types_, at_);
    if (word) at_ += 4;
    return word;
  }

  bool read_type() {
    const auto name = next();
    const auto info = next();
    const auto size_or_type = next();
    if (!name || !info || !size_or_type) return false;
    BtfType type;
    type.kind = static_cast<BtfKind>(*info >> 24 & 31U);
    const auto text = string_at(strings_, *name);
    if (!text) return false;
    type.name = *text;
    (has_size(type.kind) ? type.size : type.type) = *size_or_type;
    if (!read_rest(type, *info & 0xffffU, (*info >> 31) != 0)) return false;
    btf_.types_.push_back(std::move(type));
    return true;
  }

  static bool has_size(BtfKind kind) {
    switch (kind) {
      case BtfKind::integer:
      case BtfKind::structure:
      case BtfKind::union_:
      case BtfKind::enumeration:
      case BtfKind::section:
      case BtfKind::floating:
      case BtfKind::enumeration64: return true;
      case BtfKind::none:
      case BtfKind::pointer:
      case BtfKind::array:
      case BtfKind::forward:
      case BtfKind::type_definition:
      case BtfKind::volatile_:
      case BtfKind::const_:
      case BtfKind::restrict_:
      case BtfKind::function:
      case BtfKind::function_proto:
      case BtfKind::variable:
      case BtfKind::declaration_tag:
      case BtfKind::type_tag: return false;
    }
    return false;
  }

  bool skip(std::uint64_t words) {
    if (types_.size() - at_ < words * 4) return false;
    at_ += words * 4;
    return true;
  }

  /// What follows the three words that all types have.
  bool read_rest(BtfType& type, std::uint32_t count, bool flag) {
    switch (type.kind) {
      case BtfKind::none: return false;
      case BtfKind::integer: {
        const auto encoding = next();
        type.is_signed = encoding && (*encoding >> 24 & 1U) != 0;
        return encoding.has_value();
      }
      case BtfKind::array: {
        const auto element = next();
        const auto index = next();
        const auto elements = next();
        if (!element || !index || !elements) return false;
        type.type = *element;
        type.count = *elements;
        return true;
      }
      case BtfKind::structure:
      case BtfKind::union_: return read_members(type, count, flag);
      case BtfKind::section: return read_places(type, count);
      case BtfKind::enumeration: type.is_signed = flag; return skip(std::uint64_t{2} * count);
      case BtfKind::enumeration64: type.is_signed = flag; return skip(std::uint64_t{3} * count);
      case BtfKind::function_proto: return skip(std::uint64_t{2} * count);
      case BtfKind::variable:
      case BtfKind::declaration_tag: return skip(1);
      case BtfKind::pointer:
      case BtfKind::forward:
      case BtfKind::type_definition:
      case BtfKind::volatile_:
      case BtfKind::const_:
      case BtfKind::restrict_:
      case BtfKind::function:
      case BtfKind::floating:
      case BtfKind::type_tag: return true;
    }
    return false;
  }

  /// With the flag, the upper byte of an offset is the width of a bit field.
  bool read_members(BtfType& type, std::uint32_t count, bool flag) {
    for (std::uint32_t i = 0; i < count; ++i) {
      const auto name = next();
      const auto member = next();
      const auto bits = next();
      const auto text = name ? string_at(strings_, *name) : std::nullopt;
      if (!text || !member || !bits) return false;
      type.members.push_back({*text, *member, (flag ? *bits & 0xff'ffffU : *bits) / 8});
    }
    return true;
  }

  bool read_places(BtfType& type, std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i) {
      const auto variable = next();
      const auto offset = next();
      const auto size = next();
      if (!variable || !offset || !size) return false;
      type.places.push_back({*variable, *offset, *size});
    }
    return true;
  }

  Btf& btf_;
  Bytes bytes_;
  Bytes types_;
  Bytes& strings_ = btf_.strings_;
  std::uint64_t first_ = 0;  // where the types begin in the section
  std::uint64_t at_ = 0;     // in the types
};

OrObjectError<Btf> Btf::read(const Elf& elf) {
  Btf btf;
  const Section* const section = elf.find(section_name);
  if (section == nullptr) return btf;
  btf.bytes_.assign(section->bytes.begin(), section->bytes.end());
  if (auto done = relocate(elf, *section, btf.bytes_); !done) return std::unexpected(done.error());
  if (auto done = Reader(btf).read(); !done) return std::unexpected(done.error());
  return btf;
}

const BtfType& Btf::plain(std::uint32_t id) const {
  // Types that refer to each other in a circle end here.
  for (int steps = 0; steps < 64; ++steps) {
    const BtfType& found = type(id);
    switch (found.kind) {
      case BtfKind::type_definition:
      case BtfKind::volatile_:
      case BtfKind::const_:
      case BtfKind::restrict_:
      case BtfKind::type_tag: id = found.type; continue;
      default: return found;  // all others are plain
    }
  }
  return types_.front();
}

std::uint32_t Btf::size_of(std::uint32_t id) const {
  std::uint64_t elements = 1;
  for (int steps = 0; steps < 64; ++steps) {
    const BtfType& found = plain(id);
    if (found.kind != BtfKind::array) {
      const std::uint64_t size = elements * (found.kind == BtfKind::pointer ? 8 : found.size);
      return size > std::numeric_limits<std::uint32_t>::max() ? 0 : static_cast<std::uint32_t>(size);
    }
    elements *= found.count;
    if (elements > std::numeric_limits<std::uint32_t>::max()) return 0;
    id = found.type;
  }
  return 0;
}

const BtfType* Btf::section(std::string_view name) const {
  const auto found = std::ranges::find_if(
      types_, [&](const BtfType& type) { return type.kind == BtfKind::section && type.name == name; });
  return found == types_.end() ? nullptr : &*found;
}

/// Header (include/uapi/linux/btf.h, struct btf_ext_header of libbpf): lengths of func_info, line_info, and of
/// core_relo where the header is long enough. The last is a record size, then for each section its name, a
/// count and the records, whose first word is the instruction's offset.
OrObjectError<std::optional<CoreRelocation>> first_core_relocation(const Elf& elf, const Btf& btf) {
  constexpr std::string_view name = ".BTF.ext";
  constexpr std::uint32_t short_header = 24;
  const Section* const section = elf.find(name);
  if (section == nullptr) return std::nullopt;
  const Bytes bytes = section->bytes;
  const auto field = [&](std::uint64_t at) { return number_at<std::uint32_t>(bytes, at).value_or(UINT32_MAX); };
  if (number_at<std::uint16_t>(bytes, 0) != magic) return object_error(std::string(name), "no BTF");
  if (field(4) <= short_header) return std::nullopt;
  const std::uint64_t start = std::uint64_t{field(4)} + field(24);
  const auto records = part(bytes, start, field(28));
  if (!records) return object_error(std::string(name), "its CO-RE relocations lie outside the section");
  if (records->size() < 16) return std::nullopt;
  return CoreRelocation{btf.name_at(*number_at<std::uint32_t>(*records, 4)),
                        *number_at<std::uint32_t>(*records, 12)};
}

}  // namespace tailbound::bpf::object
